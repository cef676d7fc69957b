"""The sentences of `gdanim explain`, by subject. Used by explain and advice alone."""
