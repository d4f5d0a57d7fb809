//! A clock that is set ends a time line, whichever way and however far; one that is slewed, or frames that wait, do not.

use crate::timeline::Timeline;

const SECOND: i64 = 1_000_000_000;
const NOW: i64 = 1_700_000_000 * SECOND;

/// A time line with a frame each 100 ms for ten seconds, the last of them now; the steady clock is at 10 s then.
fn running() -> Timeline {
    let mut line = Timeline::default();
    for step in 0..=100 {
        let passed = step * SECOND / 10;
        line.look(NOW - 10 * SECOND + passed, passed);
        let time = NOW - 10 * SECOND + passed;
        assert!(!line.ends_before(time));
        line.frame(time);
    }
    line
}

#[test]
fn a_clock_that_is_set_ends_the_time_line() {
    for hours in [-8760, -1, 1, 8760] {
        let set = hours * 3600 * SECOND;
        let mut line = running();
        line.look(NOW + set + SECOND / 10, 10 * SECOND + SECOND / 10);
        let waited = NOW + SECOND / 20;
        assert!(!line.ends_before(waited), "{hours}: a frame of before, still in the ring");
        line.frame(waited);
        let after = NOW + set + SECOND / 5;
        assert!(line.ends_before(after), "{hours}");
        line.begin_anew();
        assert!(!line.ends_before(after), "{hours}: the first frame of the next one");
        line.frame(after);
        line.look(NOW + set + SECOND, 11 * SECOND);
        assert!(!line.ends_before(NOW + set + SECOND), "{hours}: and those behind it");
        assert_eq!((line.ended, line.out_of_order), (1, 0), "{hours}");
    }
}

#[test]
fn a_slewed_clock_and_a_clock_put_back_at_once_end_nothing() {
    let mut line = running();
    for step in 1..1000 {
        // Half a millisecond a second, as far as slewing goes.
        let (system, steady) = (NOW + step * (SECOND + SECOND / 2000), (10 + step) * SECOND);
        line.look(system, steady);
        assert!(!line.ends_before(system));
        line.frame(system);
    }
    let mut line = running();
    line.look(NOW + 3600 * SECOND, 10 * SECOND);
    line.look(NOW + SECOND, 11 * SECOND);
    assert!(!line.ends_before(NOW + SECOND));
}

#[test]
fn frames_that_wait_in_the_ring_are_on_their_time_line() {
    // The reader stood still for half a minute.
    let mut line = running();
    line.look(NOW + 30 * SECOND, 40 * SECOND);
    for time in [NOW + SECOND, NOW + 20 * SECOND, NOW + 30 * SECOND] {
        assert!(!line.ends_before(time));
        line.frame(time);
    }
}

#[test]
fn silence_goes_by_the_steady_clock() {
    let mut line = running();
    assert_eq!(line.settled(), None, "a frame came just now");
    line.look(NOW + 5 * SECOND, 15 * SECOND);
    assert_eq!(line.settled(), Some(NOW + 4 * SECOND));
    line.quiet(NOW + 4 * SECOND);
    // The clock is set back while nothing comes: time goes on as before, until a frame says otherwise.
    line.look(NOW - 3600 * SECOND, 20 * SECOND);
    assert_eq!(line.settled(), Some(NOW + 9 * SECOND));
    line.quiet(NOW + 9 * SECOND);
    assert!(line.ends_before(NOW - 3599 * SECOND));
}

#[test]
fn before_the_first_frame_it_is_the_time_of_the_system() {
    let mut line = Timeline::default();
    assert_eq!(line.settled(), None, "nobody looked");
    line.look(NOW, 0);
    assert_eq!(line.settled(), Some(NOW - SECOND));
    line.look(NOW - 3600 * SECOND, SECOND);
    assert!(line.ends_before(NOW - 3600 * SECOND));
}
