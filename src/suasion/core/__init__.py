"""What every environment, seat, record and page leans on; the standard library only."""
