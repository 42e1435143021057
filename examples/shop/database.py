"""The SQLite database: its tables, its first rows, and how to connect to it."""

import sqlite3
from contextlib import closing
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS products (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    stock INTEGER NOT NULL CHECK (stock >= 0)
);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id INTEGER NOT NULL,
    product_name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    total_cents INTEGER NOT NULL,
    placed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
CREATE TABLE IF NOT EXISTS confirmations (
    order_id INTEGER PRIMARY KEY REFERENCES orders (id),
    text TEXT NOT NULL
);
CREATE VIEW IF NOT EXISTS orders_with_confirmations AS
    SELECT orders.*, confirmations.text AS confirmation
    FROM orders LEFT JOIN confirmations ON confirmations.order_id = orders.id;
"""

FIRST_PRODUCTS = [
    ("Plumbus", 1250, 40),
    ("Portal Gun", 99900, 3),
    ("Meeseeks Box", 4999, 12),
    ("Interdimensional Cable", 2999, 25),
    ("Concentrated Dark Matter", 150000, 2),
    ("Neutrino Bomb", 74950, 1),
    ("Mega Seeds", 999, 200),
    ("Butter Robot", 3450, 8),
]


def connect(database: Path) -> sqlite3.Connection:
    """A connection of its own for each request: cheap, and nothing is shared between threads.

    One request may move between worker threads, never use two at once, hence no thread check.
    """
    connection = sqlite3.connect(database, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def create_database(database: Path) -> None:
    """Makes the tables that are missing, and fills a shop that never had a product."""
    with closing(connect(database)) as connection:
        # Write-ahead logging: a long export does not hold up those who write.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(TABLES)
        with connection:
            # Several server processes may start at once; only one of them is to fill the shop.
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("SELECT 1 FROM sqlite_sequence").fetchone():
                connection.executemany(
                    "INSERT INTO products (name, price_cents, stock) VALUES (?, ?, ?)",
                    FIRST_PRODUCTS,
                )
