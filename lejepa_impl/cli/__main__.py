"""The command line as `python -m lejepa_impl.cli`."""

from lejepa_impl.cli import main

if __name__ == "__main__":
    main()
