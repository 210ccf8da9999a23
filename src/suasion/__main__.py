"""`python -m suasion` is the program."""

from suasion.cli import main

if __name__ == "__main__":
    main()
