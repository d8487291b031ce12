"""Reads the files of a register: what each is, its records, and what has to be set aside."""
