//! What a report promises, held to on small cases made by hand.

mod conservation;
mod engine;
mod folder;
mod graph;
mod kinds;
mod leads;
mod packs;
mod page;
mod ranking;
mod routes;
mod snapshots;
mod states;
mod support;
mod tables;
