"""The sentences of `gdanim explain`, by subject. Used by analysis.explain alone."""
