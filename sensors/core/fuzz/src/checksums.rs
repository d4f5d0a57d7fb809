//! Checksums of messages, with the lengths of those that have them.

/// | 0 sync 2 | 2 size 2 | … | check 2: CRC-CCITT of what is before |.
pub fn frame_size(bytes: &mut [u8]) {
    let Ok(size) = u16::try_from(bytes.len()) else { return };
    if size < 16 {
        return;
    }
    bytes[2..4].copy_from_slice(&size.to_be_bytes());
    let end = bytes.len() - 2;
    let sum = bytes[..end].iter().fold(0xffff_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    });
    bytes[end..].copy_from_slice(&sum.to_be_bytes());
}

/// CRC of a serial frame, low byte first (MODBUS over Serial Line V1.02, 2.5.1.2).
pub fn checksum(bytes: &mut [u8]) {
    let Some((body, field)) = bytes.split_last_chunk_mut::<2>() else { return };
    let crc = body.iter().fold(0xffff_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xa001 } else { crc >> 1 })
    });
    *field = crc.to_le_bytes();
}

/// CRC of a block: polynomial 0x3D65, reflected, inverted at the end (IEEE 1815-2012, 9.2.4.3).
fn block_sum(data: &[u8]) -> [u8; 2] {
    let sum = data.iter().fold(0_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xa6bc } else { sum >> 1 })
    });
    (!sum).to_le_bytes()
}

/// One link frame: | 0x05 0x64 | length 1, of what follows without CRCs | control 1 | addresses 4 | CRC 2 | blocks of 16 bytes
/// with a CRC each |. The bytes there are keep their places, the length and every CRC are put right.
pub fn blocks(bytes: &mut [u8]) {
    let Some(behind) = bytes.len().checked_sub(10) else { return };
    let data = behind.saturating_sub(behind.div_ceil(18) * 2);
    bytes[..2].copy_from_slice(&[0x05, 0x64]);
    bytes[2] = u8::try_from(data + 5).unwrap_or(u8::MAX);
    let sum = block_sum(&bytes[..8]);
    bytes[8..10].copy_from_slice(&sum);
    for block in bytes[10..].chunks_mut(18) {
        if let Some((data, field)) = block.split_last_chunk_mut::<2>() {
            *field = block_sum(data);
        }
    }
}

/// | 0 type 2 | 2 size 2 | packet | CRC 2: CRC-16/ARC of what is before |; in the packet | 6 checksum 2 | 8 size 2 |.
pub fn checked(bytes: &mut [u8]) {
    let Some(end) = bytes.len().checked_sub(2).filter(|end| *end >= 4) else { return };
    let Some((head, tail)) = bytes.split_at_mut_checked(end) else { return };
    let Some((header, packet)) = head.split_at_mut_checked(4) else { return };
    let size = u16::try_from(packet.len()).unwrap_or(u16::MAX).to_le_bytes();
    if let Some(field) = header.get_mut(2..4) {
        field.copy_from_slice(&size);
    }
    if packet.len() >= 10 {
        packet.get_mut(8..10).into_iter().for_each(|field| field.copy_from_slice(&size));
        packet.get_mut(6..8).into_iter().for_each(|field| field.fill(0));
        let sum = packet.iter().fold(u16::from_le_bytes(size), |sum, byte| sum.wrapping_add(u16::from(*byte)));
        packet.get_mut(6..8).into_iter().for_each(|field| field.copy_from_slice(&sum.to_le_bytes()));
    }
    let crc = head.iter().fold(0u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 })
    });
    tail.copy_from_slice(&crc.to_le_bytes());
}

/// | stations 4 | opcode 1 | 5 length 1, of the data | data | CRC-16/MODBUS 2 |.
pub fn polled(bytes: &mut [u8]) {
    let Some(end) = bytes.len().checked_sub(2).filter(|end| *end >= 6) else { return };
    let Some((head, tail)) = bytes.split_at_mut_checked(end) else { return };
    if let Some(field) = head.get_mut(5) {
        *field = u8::try_from(end - 6).unwrap_or(u8::MAX);
    }
    let crc = head.iter().fold(0xffff_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 })
    });
    tail.copy_from_slice(&crc.to_le_bytes());
}

/// A wrapper: | version 2, ports 4 | 6 length 2, of what follows |; a frame of HDLC: | 7E | 1 length 11 bits | addresses,
/// control | HCS 2 | … | FCS 2 | 7E |.
pub fn meter_frame(bytes: &mut [u8]) {
    if bytes.len() < 9 {
        return;
    }
    if bytes[0] != 0x7e {
        let follows = u16::try_from(bytes.len() - 8).unwrap_or(u16::MAX);
        bytes[6..8].copy_from_slice(&follows.to_be_bytes());
        return;
    }
    let length = u16::try_from(bytes.len() - 2).unwrap_or(0) & 0x07ff;
    let format = u16::from_be_bytes([bytes[1], bytes[2]]) & 0x0800 | 0xa000 | length;
    bytes[1..3].copy_from_slice(&format.to_be_bytes());
    let sum = |data: &[u8]| {
        !data.iter().fold(0xffff_u16, |sum, byte| {
            (0..8).fold(sum ^ u16::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0x8408 } else { sum >> 1 })
        })
    };
    let end = bytes.len() - 3;
    let mut head = 3;
    for _ in 0..2 {
        head += bytes[head..end].iter().position(|byte| byte & 1 == 1).unwrap_or(0) + 1;
    }
    // Behind the control field; a frame without information has no checksum of its head.
    if head + 3 <= end {
        let check = sum(&bytes[1..=head]).to_le_bytes();
        bytes[head + 1..head + 3].copy_from_slice(&check);
    }
    let check = sum(&bytes[1..end]).to_le_bytes();
    bytes[end..end + 2].copy_from_slice(&check);
    bytes[end + 2] = 0x7e;
}

/// | version 1 | type 1 | id 1 | status 1 | sequence 2 | length 2, with this | frame of id 3: … | check 1, exclusive or |.
pub fn framed_twice(bytes: &mut [u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    if bytes.len() < 8 {
        return;
    }
    bytes[6..8].copy_from_slice(&length.to_be_bytes());
    let address = if bytes.get(8).is_some_and(|delimiter| delimiter & 0x80 != 0) { 5 } else { 1 };
    let around = 8 + 1 + address + 3;
    if bytes[2] == 3 && bytes.len() >= around {
        let end = bytes.len() - 1;
        bytes[around - 2] = u8::try_from(bytes.len() - around).unwrap_or(u8::MAX);
        bytes[end] = bytes[8..end].iter().fold(0, |sum, byte| sum ^ byte);
    }
}

/// | 10H | … | sum 1 | 16H |, or | 68H | L | L | 68H | L octets | sum 1 | 16H |.
pub fn serial_frame(bytes: &mut [u8]) {
    let start = if bytes.first() == Some(&0x68) { 4 } else { 1 };
    if bytes.len() < start + 4 {
        return;
    }
    let end = bytes.len() - 2;
    if start == 4 {
        let length = u8::try_from(end - start).unwrap_or(u8::MAX);
        bytes[1..4].copy_from_slice(&[length, length, 0x68]);
    }
    bytes[end] = bytes[start..end].iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte));
    bytes[end + 1] = 0x16;
}
