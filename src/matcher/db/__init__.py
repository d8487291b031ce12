"""The bureau's register in a SQL database: SQLite by default, PostgreSQL by setting."""
