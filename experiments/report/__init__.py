"""What a study says: the answer, tables, and the pages that can be sent."""
