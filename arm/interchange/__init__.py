"""Files from outside: tables of messages and the cleaning of their texts."""
