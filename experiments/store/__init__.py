"""Results on disk: files that appear whole, parts, tables."""
