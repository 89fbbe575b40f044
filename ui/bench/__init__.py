"""The programs that `arm bench start` times: here you find the bare window and the real one, each with its mark."""
