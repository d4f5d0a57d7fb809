//! Instructions of the classic packet filter (`linux/filter.h`), and labels instead of distances.
//!
//! | 0 code 2 | 2 steps when true 1 | 3 steps when false 1 | 4 constant 4 |

/// One instruction: code, steps to jump when true and when false, constant.
pub type Instruction = (u16, u8, u8, u32);

/// What the accumulator is loaded with, `X` being the index register.
#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    /// Octets of the frame from its beginning.
    Word(u32),
    Half(u32),
    /// The same behind `X`.
    WordBehind(u32),
    HalfBehind(u32),
    ByteBehind(u32),
    Length,
    Scratch(u32),
    Constant(u32),
}

/// What is done with the accumulator; without a value it is done with `X`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Do {
    Add(u32),
    AddX,
    SubtractX,
    XorX,
    And(u32),
    ShiftLeft(u32),
    ShiftRight(u32),
    Multiply(u32),
    Remainder(u32),
    Store(u32),
    ToX,
    FromX,
    LoadX(u32),
    SetX(u32),
}

/// What the accumulator is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Is {
    Equal(u32),
    Above(u32),
    NotBelow(u32),
    NotBelowX,
    AnyBitOf(u32),
}

/// A place further on in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(usize);

#[derive(Debug, Clone, Copy)]
enum Step {
    Plain(u16, u32),
    Branch { code: u16, constant: u32, yes: Label, no: Label },
    Goto(Label),
    Here(Label),
}

/// A program that is being written. It only jumps forward.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    steps: Vec<Step>,
    labels: usize,
}

const JUMP: u16 = 0x05;
const RETURN: u16 = 0x06;

impl Assembler {
    pub(super) fn label(&mut self) -> Label {
        self.labels = self.labels.saturating_add(1);
        Label(self.labels)
    }

    pub(super) fn here(&mut self, label: Label) {
        self.steps.push(Step::Here(label));
    }

    pub(super) fn goto(&mut self, label: Label) {
        self.steps.push(Step::Goto(label));
    }

    pub(super) fn load(&mut self, what: Load) {
        let (code, constant) = match what {
            Load::Word(at) => (0x20, at),
            Load::Half(at) => (0x28, at),
            Load::WordBehind(at) => (0x40, at),
            Load::HalfBehind(at) => (0x48, at),
            Load::ByteBehind(at) => (0x50, at),
            Load::Length => (0x80, 0),
            Load::Scratch(slot) => (0x60, slot),
            Load::Constant(value) => (0x00, value),
        };
        self.steps.push(Step::Plain(code, constant));
    }

    pub(super) fn run(&mut self, what: Do) {
        let (code, constant) = match what {
            Do::Add(value) => (0x04, value),
            Do::AddX => (0x0c, 0),
            Do::SubtractX => (0x1c, 0),
            Do::XorX => (0xac, 0),
            Do::And(value) => (0x54, value),
            Do::ShiftLeft(value) => (0x64, value),
            Do::ShiftRight(value) => (0x74, value),
            Do::Multiply(value) => (0x24, value),
            Do::Remainder(value) => (0x94, value),
            Do::Store(slot) => (0x02, slot),
            Do::ToX => (0x07, 0),
            Do::FromX => (0x87, 0),
            Do::LoadX(slot) => (0x61, slot),
            Do::SetX(value) => (0x01, value),
        };
        self.steps.push(Step::Plain(code, constant));
    }

    pub(super) fn branch(&mut self, is: Is, yes: Label, no: Label) {
        let (code, constant) = match is {
            Is::Equal(value) => (0x15, value),
            Is::Above(value) => (0x25, value),
            Is::NotBelow(value) => (0x35, value),
            Is::NotBelowX => (0x3d, 0),
            Is::AnyBitOf(value) => (0x45, value),
        };
        self.steps.push(Step::Branch { code, constant, yes, no });
    }

    /// Goes to a label unless it is so, else on.
    pub(super) fn unless(&mut self, is: Is, no: Label) {
        let on = self.label();
        self.branch(is, on, no);
        self.here(on);
    }

    /// Goes to a label if it is so, else on.
    pub(super) fn when(&mut self, is: Is, yes: Label) {
        let on = self.label();
        self.branch(is, yes, on);
        self.here(on);
    }

    pub(super) fn give(&mut self, octets: u32) {
        self.steps.push(Step::Plain(RETURN, octets));
    }

    /// The program; `None` where a label is behind its jump or nowhere, which no caller writes.
    pub(super) fn assemble(&self) -> Option<Vec<Instruction>> {
        let places = self.places();
        let mut program: Vec<Instruction> = Vec::new();
        for step in &self.steps {
            let jump = |label: &Label, program: &mut Vec<Instruction>| {
                let next = program.len().checked_add(1)?;
                let distance = places.get(label.0)?.checked_sub(next)?;
                program.push((JUMP, 0, 0, u32::try_from(distance).ok()?));
                Some(())
            };
            match step {
                Step::Plain(code, constant) => program.push((*code, 0, 0, *constant)),
                // Distances of a condition have eight bits, those of a jump 32.
                Step::Branch { code, constant, yes, no } => {
                    program.push((*code, 0, 1, *constant));
                    jump(yes, &mut program)?;
                    jump(no, &mut program)?;
                }
                Step::Goto(label) => jump(label, &mut program)?,
                Step::Here(_) => {}
            }
        }
        Some(program)
    }

    /// Where each label is; the first one is none.
    fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.labels.saturating_add(1)];
        let mut at = 0usize;
        for step in &self.steps {
            match step {
                Step::Plain(..) | Step::Goto(_) => at = at.saturating_add(1),
                Step::Branch { .. } => at = at.saturating_add(3),
                Step::Here(label) => places.iter_mut().skip(label.0).take(1).for_each(|place| *place = at),
            }
        }
        places
    }
}
