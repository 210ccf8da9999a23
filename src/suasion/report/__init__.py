"""A run as static pages: figures, questions, the reader, and the results they show."""
