//! Application fragments: requests with their responses, confirms, unsolicited responses, select before operate.
//!
//! | 0 control 1: 7 FIR, 6 FIN, 5 CON, 4 UNS, 3-0 sequence | 1 function 1 | 2 indications 2 (responses) | objects |

use super::authentication;
use super::control;
use super::file::{Step, Transfer};
use super::function as fc;
use super::header::Headers;
use super::indication;
use super::items::Parts;
use super::link;
use super::reply::{self, Answer};
use super::station::{Fragment, Request, Station, Told, WAITING};
use crate::bytes::{le16, u8_at};
use crate::dataset::Flag;
use crate::hash;
use crate::protocol::{Reply, Talk};

const FIN: u8 = 0x40;
const CON: u8 = 0x20;
const UNS: u8 = 0x10;
const SEQUENCE: u8 = 0x0f;

/// One whole fragment.
pub fn fragment(station: &mut Station, fragment: &Fragment<'_>, parts: &mut Parts, talk: &mut Talk<'_>) {
    let (Some(control), Some(function)) = (u8_at(fragment.data, 0), u8_at(fragment.data, 1)) else {
        talk.flag(Flag::Dnp3Empty, None, None);
        return;
    };
    let response = function >= fc::RESPONSE;
    if fc::term(function).is_none() {
        talk.flag(Flag::Dnp3FunctionReserved, None, None);
    }
    if function != fc::CONFIRM && response == fragment.frame.by_master() {
        talk.flag(Flag::Dnp3Direction, Some(3), None);
    }
    parts.clear();
    if function == fc::CONFIRM {
        confirm(station, fragment, control, talk);
    } else if response {
        let Some(indications) = le16(fragment.data, 2) else {
            talk.flag(Flag::Dnp3Empty, None, None);
            return;
        };
        let answer = Answer {
            function,
            control,
            indications,
            objects: fragment.data.get(4..).unwrap_or_default(),
            fragment,
            raised: indications & indication::ALARMS & !station.alarms,
        };
        station.alarms = indications & indication::ALARMS;
        if control & CON != 0 {
            let which = usize::from(control & UNS != 0);
            if let Some(due) = station.confirm.get_mut(which) {
                *due = Some(control & SEQUENCE);
            }
        }
        match function {
            fc::UNSOLICITED_RESPONSE => unsolicited(station, &answer, parts, talk),
            _ => solicited(station, &answer, parts, talk),
        }
    } else {
        request(station, fragment, (control, function), parts, talk);
    }
}

/// A confirm that is due says nothing new.
fn confirm(station: &mut Station, fragment: &Fragment<'_>, control: u8, talk: &mut Talk<'_>) {
    let which = usize::from(control & UNS != 0);
    let due = station.confirm.get_mut(which).and_then(|due| due.take_if(|due| *due == control & SEQUENCE));
    if due.is_none() {
        if station.in_step {
            talk.flag(Flag::Dnp3ConfirmUnexpected, None, None);
        }
        reply::confirm(fragment, talk);
    }
}

fn request(
    station: &mut Station,
    fragment: &Fragment<'_>,
    (control, function): (u8, u8),
    parts: &mut Parts,
    talk: &mut Talk<'_>,
) {
    let objects = fragment.data.get(2..).unwrap_or_default();
    let mut request = Request {
        sequence: control & SEQUENCE,
        function,
        objects: objects.to_vec(),
        master: fragment.frame.source,
        unit: fragment.frame.destination,
        sender: fragment.side,
        span: fragment.span,
        ordinal: talk.ordinal(),
        bytes: fragment.bytes,
        ..Request::default()
    };
    if function == fc::OPERATE && station.in_step {
        let due = request.sequence.wrapping_sub(1) & SEQUENCE;
        let same = station.selected.take().is_some_and(|(sequence, held)| sequence == due && held == objects);
        request.selected = Some(same);
        if !same {
            talk.flag(Flag::Dnp3OperateUnselected, None, None);
        }
    }
    let mut headers = Headers::of(function, objects);
    headers.by_ref().for_each(drop);
    if let Some((flag, at)) = headers.oddity {
        talk.flag(flag, u32::try_from(at).ok(), None);
    }
    request.file = Transfer::named(station.transfer.as_deref(), function, objects);
    request.flagged = talk.flagged();
    let replies = replies_to_challenge(function, objects);
    if let Some(waiting) = station.waiting.last_mut().filter(|_| replies) {
        waiting.challenged = Some(request.sequence);
    }
    let broadcast = link::BROADCAST.contains(&request.unit);
    if fc::silent(function) || broadcast || replies {
        return reply::silent(&request, Reply::None, parts, talk);
    }
    if station.waiting.len() >= WAITING {
        let oldest = station.waiting.remove(0);
        let kind = if oldest.blind { Reply::None } else { Reply::Unanswered };
        if oldest.fragments == 0 {
            reply::silent(&oldest, kind, parts, talk);
        }
    }
    if station.waiting.capacity() == 0 {
        station.waiting.reserve_exact(1);
    }
    station.waiting.push(request);
}

/// What a master answers to a challenge gets no response of its own: the request it was challenged for does.
fn replies_to_challenge(function: u8, objects: &[u8]) -> bool {
    function == fc::AUTHENTICATE_REQ
        && Headers::of(function, objects).next().is_some_and(|header| header.is(120, authentication::REPLY))
}

fn solicited(station: &mut Station, answer: &Answer<'_>, parts: &mut Parts, talk: &mut Talk<'_>) {
    let sequence = answer.control & SEQUENCE;
    let authentication = answer.function == fc::AUTHENTICATE_RESP;
    let unit = answer.fragment.frame.source;
    let matches = |r: &Request| {
        (r.sequence == sequence || r.challenged == Some(sequence))
            && r.unit == unit
            && (r.function == fc::AUTHENTICATE_REQ) == authentication
    };
    let told = Told { sequence, hash: hash::quick(answer.fragment.data) };
    // After a gap a fragment that goes on belongs to the request that waits for more, whatever was missed between.
    let goes_on = |r: &Request| !answer.first() && r.blind && r.unit == unit && r.function == fc::READ;
    let found = station.waiting.iter().rposition(matches).or_else(|| station.waiting.iter().rposition(goes_on));
    let Some(at) = found else {
        // A challenge, or an error: the outstation begins it.
        if authentication {
            return reply::by_outstation(answer, Reply::None, parts, talk);
        }
        let kind = match station.answered {
            Some(known) if station.in_step && known.sequence == sequence && known.hash == told.hash => Reply::Duplicate,
            Some(known) if station.in_step && known.sequence == sequence => Reply::Differing,
            _ => Reply::Unexpected,
        };
        match kind {
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, None, None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, None, None),
            _ if station.in_step => talk.flag(Flag::PairingUnexpectedReply, None, None),
            _ => {}
        }
        return reply::lone(answer, kind, parts, talk);
    };
    station.in_step = true;
    station.answered = Some(told);
    let Some(request) = station.waiting.get_mut(at) else { return };
    if fc::controls(request.function) && indication_allows(answer) && !answer.objects.is_empty() {
        let same = control::echoes(request.function, &request.objects, answer.objects);
        if !same {
            talk.flag(Flag::Dnp3EchoDiffers, None, None);
        }
    }
    request.fragments = request.fragments.saturating_add(1);
    reply::answered(request, answer, parts, talk);
    if answer.control & FIN == 0 {
        // The next fragment has the next number.
        request.sequence = sequence.wrapping_add(1) & SEQUENCE;
        request.span.last = talk.span().last;
        return;
    }
    let request = station.waiting.remove(at);
    follow(station, request, answer, talk);
}

/// Whether the outstation understood the request.
fn indication_allows(answer: &Answer<'_>) -> bool {
    answer.indications & indication::NO_FUNC_CODE_SUPPORT == 0
}

/// What a request that was answered leaves behind: a select, a step of a file.
fn follow(station: &mut Station, request: Request, answer: &Answer<'_>, talk: &mut Talk<'_>) {
    let step = Step {
        function: request.function,
        asked: &request.objects,
        answered: answer.objects,
        ordinal: request.ordinal,
        unit: request.unit,
        master: request.sender,
        span: answer.both(&request),
    };
    if request.function == fc::AUTHENTICATE_FILE {
        reply::file_login(&request, answer, talk);
    }
    let about_file = matches!(request.function, fc::OPEN_FILE..=fc::ABORT_FILE)
        || (station.transfer.is_some() && matches!(request.function, fc::READ | fc::WRITE));
    if about_file {
        Transfer::follow(&mut station.transfer, &step, talk);
    }
    if request.function == fc::SELECT {
        station.selected = Some((request.sequence, request.objects));
    }
}

/// Numbers of unsolicited responses go up by one; a repeated one is the same (5.1.3.2).
fn unsolicited(station: &mut Station, answer: &Answer<'_>, parts: &mut Parts, talk: &mut Talk<'_>) {
    let told = Told {
        sequence: answer.control & SEQUENCE,
        hash: hash::quick(answer.fragment.data.get(1..).unwrap_or_default()),
    };
    let restarted = answer.indications & indication::DEVICE_RESTART != 0;
    let mut kind = Reply::None;
    if let Some(known) = station.unsolicited.filter(|_| !restarted) {
        if known.sequence == told.sequence && known.hash == told.hash {
            kind = Reply::Duplicate;
        } else if known.sequence.wrapping_add(1) & SEQUENCE != told.sequence {
            // Another content under the same number is a new try with more events; any other number is out of order.
            if known.sequence != told.sequence {
                talk.flag(Flag::Dnp3UnsolicitedSequence, None, None);
            }
        }
    }
    station.unsolicited = Some(told);
    reply::by_outstation(answer, kind, parts, talk);
}
