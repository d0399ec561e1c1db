"""`python -m creditrisk`."""

from creditrisk.cli.start import main

if __name__ == "__main__":
    main()
