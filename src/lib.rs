//! Hustings: local campaigning on the electoral register, behind a wall.

/// Canvassing: walk lists and the order of doors.
pub mod canvass;
/// People on the register: names, addresses, keys.
pub mod electors;
/// Councils' files: formats, rows, matching from one register to the next.
pub mod registers;
