"""The benchmarks of the goals of speed: here you find what `arm bench …` measures and how."""
