//! Cyclic Modbus as a plant shows it: fixed poll lists; of the registers 85 % are constant, 10 % noisy analog values, 4 %
//! counters and 1 % states; one transaction in 1,000 is a write. Checksums are right. The same numbers give the same bytes.

use std::io::Write;

/// Registers of each poll of a session.
const POLLS: [(u16, u16); 5] = [(0, 40), (100, 60), (200, 20), (300, 100), (400, 10)];
const START: u64 = 1_700_000_000_000_000_000;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = self.0 ^ (self.0 >> 33);
        mixed.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 17
    }
}

struct Session {
    client: [u8; 4],
    server: [u8; 4],
    port: u16,
    sequence: [u32; 2],
    transaction: u16,
    registers: Vec<u16>,
    poll: usize,
    due: u64,
}

/// Writes a capture of about `packets` packets over `count` sessions; returns packets and transactions.
pub fn write(out: &mut impl Write, packets: usize, count: usize) -> (usize, u64) {
    let head =
        [0xa1b2_3c4du32.to_le_bytes(), [2, 0, 4, 0], [0; 4], [0; 4], 65_535u32.to_le_bytes(), 1u32.to_le_bytes()];
    out.write_all(&head.concat()).unwrap();
    let mut random = Random(7);
    let mut sessions: Vec<Session> = (0..count).map(|i| session(i, count, &mut random)).collect();
    let (mut written, mut transactions) = (0, 0u64);
    let mut turn = 0;
    while written + 3 <= packets {
        let session = &mut sessions[turn % count];
        turn += 1;
        transactions += 1;
        written += transaction(session, transactions.is_multiple_of(1000), &mut random, out, count as u64);
    }
    (written, transactions)
}

fn session(i: usize, count: usize, random: &mut Random) -> Session {
    let registers = (0..512).map(|_| (random.next() % 4000) as u16).collect();
    let (high, low) = ((i / 250) as u8, (i % 250) as u8 + 1);
    let client = if count > 1000 { [10, 1 + high, (i % 7) as u8, low] } else { [10, 1, 0, 1 + (i % 20) as u8] };
    Session {
        client: if count > 1000 { [10, 1 + (i / 62_500) as u8, (i / 250 % 250) as u8, low] } else { client },
        server: if count > 1000 { [10, 100, (i / 250 % 4) as u8, low] } else { [10, 2, high, low] },
        port: 20_000 + (i % 40_000) as u16,
        sequence: [(random.next() & 0xffff_ffff) as u32, (random.next() & 0xffff_ffff) as u32],
        transaction: 0,
        registers,
        poll: i % POLLS.len(),
        due: START + (i as u64) * 1_000_000_000 / (count as u64),
    }
}

/// One request, its reply and an acknowledgement; returns how many packets that was.
fn transaction(session: &mut Session, write: bool, random: &mut Random, out: &mut impl Write, count: u64) -> usize {
    let (start, quantity) = POLLS[session.poll % POLLS.len()];
    // Short sessions repeat one poll.
    session.poll += usize::from(count <= 1000);
    session.transaction = session.transaction.wrapping_add(1);
    let id = session.transaction.to_be_bytes();
    let (request, reply) = if write {
        let value = (random.next() % 1000) as u16;
        session.registers[5] = value;
        let pdu = [&[1, 6, 0, 5][..], &value.to_be_bytes()].concat();
        (mbap(id, &pdu), mbap(id, &pdu))
    } else {
        for i in start..start + quantity {
            let value = &mut session.registers[usize::from(i) % 512];
            match i % 100 {
                0..10 => *value = 2000 + (random.next() % 400) as u16,
                10..14 => *value = value.wrapping_add(1),
                14 if random.next().is_multiple_of(200) => *value = (random.next() % 4) as u16,
                _ => {}
            }
        }
        let ask = [&[1, 3][..], &start.to_be_bytes(), &quantity.to_be_bytes()].concat();
        let mut answer = vec![1, 3, (quantity * 2) as u8];
        for i in start..start + quantity {
            answer.extend(session.registers[usize::from(i) % 512].to_be_bytes());
        }
        (mbap(id, &ask), mbap(id, &answer))
    };
    let jitter = random.next() % 400_000;
    let at = session.due + jitter;
    session.due += 1_000_000_000 / 5;
    packet(session, 0, &request, at, out);
    packet(session, 1, &reply, at + 2_000_000 + random.next() % 500_000, out);
    packet(session, 0, &[], at + 2_600_000, out);
    3
}

fn mbap(id: [u8; 2], body: &[u8]) -> Vec<u8> {
    [&id[..], &[0, 0], &(body.len() as u16).to_be_bytes(), body].concat()
}

fn packet(session: &mut Session, side: usize, payload: &[u8], time: u64, out: &mut impl Write) {
    let (from, to) = if side == 0 { (session.client, session.server) } else { (session.server, session.client) };
    let ports = if side == 0 { (session.port, 502) } else { (502, session.port) };
    let flags = if payload.is_empty() { 0x10 } else { 0x18 };
    let mut tcp = [&ports.0.to_be_bytes()[..], &ports.1.to_be_bytes()].concat();
    tcp.extend(session.sequence[side].to_be_bytes());
    tcp.extend(session.sequence[1 - side].to_be_bytes());
    tcp.extend([0x50, flags, 0x20, 0, 0, 0, 0, 0]);
    tcp.extend(payload);
    let pseudo = [&from[..], &to, &[0, 6], &(tcp.len() as u16).to_be_bytes(), &tcp].concat();
    let sum = checksum(&pseudo);
    tcp[16..18].copy_from_slice(&sum.to_be_bytes());
    let mut ip =
        [&[0x45, 0][..], &((20 + tcp.len()) as u16).to_be_bytes(), &[0, 0, 0x40, 0, 64, 6, 0, 0], &from, &to].concat();
    let sum = checksum(&ip);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    let mac = |ip: [u8; 4]| [0, 0x0e, 0x8c, ip[1], ip[2], ip[3]];
    let frame = [&mac(to)[..], &mac(from), &[8, 0], &ip, &tcp].concat();
    let length = (frame.len() as u32).to_le_bytes();
    let head =
        [((time / 1_000_000_000) as u32).to_le_bytes(), ((time % 1_000_000_000) as u32).to_le_bytes(), length, length];
    out.write_all(&head.concat()).unwrap();
    out.write_all(&frame).unwrap();
    session.sequence[side] = session.sequence[side].wrapping_add(payload.len() as u32);
}

fn checksum(data: &[u8]) -> u16 {
    let words = data.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
