//! YAML as Go reads and writes it: scalars, spans, limits and the emitter.
