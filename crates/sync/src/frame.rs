//! Frames: a message, packed where that pays. The first byte says which: 0 for CBOR as it is, 1 for CBOR packed
//! with Zstandard (RFC 8878).

use minicbor::{Decode, Encode};

/// A frame, packed or not, has at most so many bytes.
pub const FRAME_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Shorter messages are not packed.
const PACKED_FROM: usize = 1024;
const LEVEL: i32 = 3;

const PLAIN: u8 = 0;
const PACKED: u8 = 1;

/// Why a frame is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    #[error("a frame has more than {FRAME_BYTES_MAX} bytes")]
    TooLong,
    #[error("a frame cannot be unpacked")]
    Packing,
    #[error("a frame holds no message of the protocol")]
    Message,
}

pub fn write<M: Encode<()>>(message: &M) -> Result<Vec<u8>, BadFrame> {
    let mut frame = vec![PLAIN];
    minicbor::encode(message, &mut frame).map_err(|_| BadFrame::Message)?;
    if frame.len() > FRAME_BYTES_MAX {
        return Err(BadFrame::TooLong);
    }
    if frame.len() > PACKED_FROM {
        let packed = zstd::bulk::compress(&frame[1..], LEVEL).map_err(|_| BadFrame::Packing)?;
        if packed.len() + 1 < frame.len() {
            frame.truncate(1);
            frame[0] = PACKED;
            frame.extend(packed);
        }
    }
    Ok(frame)
}

/// Never takes more memory than [`FRAME_BYTES_MAX`] for what is unpacked.
pub fn read<M: for<'b> Decode<'b, ()>>(frame: &[u8]) -> Result<M, BadFrame> {
    if frame.len() > FRAME_BYTES_MAX {
        return Err(BadFrame::TooLong);
    }
    let (kind, rest) = frame.split_first().ok_or(BadFrame::Message)?;
    let unpacked;
    let message = match *kind {
        PLAIN => rest,
        PACKED => {
            unpacked =
                zstd::bulk::decompress(rest, FRAME_BYTES_MAX).map_err(|_| BadFrame::Packing)?;
            &unpacked
        }
        _ => return Err(BadFrame::Message),
    };
    let mut decoder = minicbor::Decoder::new(message);
    let read = decoder.decode().map_err(|_| BadFrame::Message)?;
    if decoder.position() == message.len() { Ok(read) } else { Err(BadFrame::Message) }
}
