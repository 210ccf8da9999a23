"""What is measured about speed and scale: ratios to a bare loop timed in the same run."""
