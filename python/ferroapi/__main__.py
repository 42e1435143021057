"""`python -m ferroapi` is the command `ferroapi`."""

from ferroapi.cli import main

if __name__ == "__main__":
    main()
