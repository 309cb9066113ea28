//! A tonic service as people have it (`before`), and the same with the gate in front of it (`after`): what
//! `docs/existing-service.md` tells of. The tests count the lines between the two, and call both.
