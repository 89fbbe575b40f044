"""The desk's own encrypted files: work.db (precious), cache.db (disposable), attachments, and their key."""
