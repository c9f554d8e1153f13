"""A study under way: its folder, its rule of stopping, and its play to the end."""
