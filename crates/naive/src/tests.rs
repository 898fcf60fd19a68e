//! The oracle against answers worked out by hand, and against itself.

mod by_hand;
mod rich;
mod rich_by_hand;
mod worlds;
