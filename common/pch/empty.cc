// A target wants a source to compile its precompiled header for.
