"""What is counted in Terrarium games, and by which rule."""
