//! Why a server cannot save.

use minicbor::{Decode, Decoder, Encode, decode};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
#[cbor(index_only)]
pub enum Obstacle {
    #[n(0)]
    DiskFull,
    /// The folder or the disk cannot be written.
    #[n(1)]
    ReadOnly,
    /// What the server's log says.
    #[n(2)]
    Other,
}

/// A cause that only a newer server knows is no reason to end the talk.
impl<'b, C> Decode<'b, C> for Obstacle {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Ok(match d.u32()? {
            0 => Obstacle::DiskFull,
            1 => Obstacle::ReadOnly,
            _ => Obstacle::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_of_a_newer_server_is_some_cause() {
        for (bytes, obstacle) in [
            (0, Obstacle::DiskFull),
            (1, Obstacle::ReadOnly),
            (2, Obstacle::Other),
            (9, Obstacle::Other),
        ] {
            assert_eq!(decode::<Obstacle>(&[bytes]).unwrap(), obstacle);
        }
    }
}
