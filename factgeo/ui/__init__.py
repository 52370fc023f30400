"""The pages of the app: each asks for parameters, calls the library once and shows what it says."""
