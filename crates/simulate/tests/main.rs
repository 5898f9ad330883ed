//! What a simulated world keeps to.

mod world;
