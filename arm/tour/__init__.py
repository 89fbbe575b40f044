"""The tour's conductor: a central store, one real window per desk, the story and its checks."""
