//! The Zexa API in one program, in memory.
