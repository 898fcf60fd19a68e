//! The size of a JPEG: in the header of its frame, behind any number of segments. ITU T.81, annex B.

use super::{big_16, bytes};

/// Width and height of a JPEG that starts with these bytes.
pub(super) fn size(start: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker] = bytes(start, at)? else { return None };
        match marker {
            // A marker may be filled up with bytes of ones.
            0xff => at += 1,
            // Markers without a segment.
            0x01 | 0xd0..=0xd8 => at += 2,
            // The picture itself or its end came before any header of a frame.
            0xd9 | 0xda => return None,
            _ if is_frame(marker) => return Some((big_16(start, at + 7)?, big_16(start, at + 5)?)),
            _ => at += 2 + (big_16(start, at + 2)? as usize).max(2),
        }
    }
}

/// All of C0 to CF begin a frame but the tables DHT, JPG and DAC.
fn is_frame(marker: u8) -> bool {
    (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker)
}
