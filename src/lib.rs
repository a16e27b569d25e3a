//! Hustings: local campaigning on the electoral register, behind a wall.
