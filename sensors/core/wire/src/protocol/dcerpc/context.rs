//! Presentation contexts of a connection: which interface a number stands for (C706 12.6.4.3, 12.6.4.1).

use super::pdu::{Offer, Verdict};
use super::uuid::Uuid;

/// Contexts kept of one connection.
const KEPT: usize = 256;
/// NDR as numbers of 64 bits have it (MS-RPCE 2.2.5).
const NDR64: Uuid = Uuid(0x71710533_beba_4937_8319_b5dbef9ccc36);

#[derive(Clone, Copy, Debug)]
struct Context {
    id: u16,
    interface: Uuid,
    wide: bool,
}

#[derive(Debug, Default)]
pub struct Contexts(Vec<Context>);

impl Contexts {
    /// Offers stand until they are refused: their answer may be missing.
    pub fn offer(&mut self, offers: &[Offer]) {
        for offer in offers {
            self.0.retain(|known| known.id != offer.id);
            if self.0.len() >= KEPT {
                self.0.remove(0);
            }
            self.0.push(Context { id: offer.id, interface: offer.interface, wide: offer.syntax == NDR64 });
        }
    }

    /// What became of the offers of one PDU, in their order.
    pub fn judge(&mut self, offers: &[Offer], verdicts: &[Verdict]) {
        for (offer, verdict) in offers.iter().zip(verdicts) {
            if verdict.result != 0 {
                self.0.retain(|known| (known.id, known.interface) != (offer.id, offer.interface));
            } else if let Some(known) = self.0.iter_mut().find(|known| known.id == offer.id) {
                known.wide = verdict.syntax == NDR64;
            }
        }
    }

    pub fn interface(&self, id: u16) -> Option<Uuid> {
        self.0.iter().find(|known| known.id == id).map(|known| known.interface)
    }

    /// Stubs are in NDR of 64 bits.
    pub fn wide(&self, id: u16) -> bool {
        self.0.iter().any(|known| known.id == id && known.wide)
    }

    pub fn weight(&self) -> usize {
        self.0.capacity() * size_of::<Context>()
    }
}
