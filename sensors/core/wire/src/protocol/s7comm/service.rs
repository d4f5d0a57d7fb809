//! Program invocation services (function 0x28) and the stop of the controller (0x29).
//!
//! | 0x28 | 0 function 1 | 1 unknown 7 | 8 length 2 | 10 argument | length 1 | name of the service |
//! | 0x29 | 0 function 1 | 1 unknown 5 | 6 length 1 | 7 name of the program |
//! | argument of _INSE and _DELE | count 1 | unknown 1 | for each block: type 2, number 5, file system 1 |

use super::block::{Name, printable};
use super::function as fc;
use super::tell::Said;
use crate::bytes::{be16, u8_at};
use crate::dataset::Operation;
use crate::protocol::Function;

const PROGRAM: &[u8] = b"P_PROGRAM";
/// Argument of a cold restart.
const COLD: &[u8] = b"C ";

/// Services by name. What is for numerical controls only and moves, starts or changes nothing is a method call.
const SERVICES: &[(&str, Operation)] = &[
    ("P_PROGRAM", Operation::ModeRun),
    ("_INSE", Operation::ProgramDownload),
    ("_INS2", Operation::ProgramDownload),
    ("_DELE", Operation::ProgramDelete),
    ("_GARB", Operation::ProgramEdit),
    ("_MODU", Operation::ProgramEdit),
    ("_N_LOGIN_", Operation::SecurityLogin),
    ("_N_LOGOUT", Operation::SecurityLogout),
    ("_N_CANCEL", Operation::AlarmAcknowledge),
    ("_N_CONFIG", Operation::ConfigureDevice),
    ("_N_DASAVE", Operation::ConfigureDevice),
    ("_N_SELECT", Operation::ProgramEdit),
    ("_N_SETUFR", Operation::WriteParameter),
    ("_N_F_COPY", Operation::FileWrite),
    ("_N_F_MOVE", Operation::FileWrite),
    ("_N_F_RENA", Operation::FileWrite),
    ("_N_F_DELE", Operation::FileDelete),
    ("_N_F_DELR", Operation::FileDelete),
    ("_N_F_OPEN", Operation::FileRead),
    ("_N_F_OPER", Operation::FileRead),
    ("_N_F_SEEK", Operation::FileRead),
    ("_N_F_CLOS", Operation::FileRead),
    ("_N_F_XFER", Operation::FileRead),
    ("_N_F_PROT", Operation::ConfigureAccess),
    ("_N_DIGIOF", Operation::MethodCall),
    ("_N_DIGION", Operation::MethodCall),
    ("_N_DZERO_", Operation::MethodCall),
    ("_N_ENDEXT", Operation::MethodCall),
    ("_N_OST_OF", Operation::MethodCall),
    ("_N_OST_ON", Operation::MethodCall),
    ("_N_SCALE_", Operation::MethodCall),
    ("_N_STRTLK", Operation::MethodCall),
    ("_N_STRTUL", Operation::MethodCall),
    ("_N_TMRASS", Operation::MethodCall),
    ("_N_EXTERN", Operation::MethodCall),
    ("_N_EXTMOD", Operation::MethodCall),
];

/// What a service does, with the blocks or the argument that it names. None when the message ends before its name.
pub fn tell(parameter: &[u8]) -> Option<Said> {
    let length = be16(parameter, 8).map_or(0, usize::from);
    let argument = parameter.get(10..10 + length)?;
    let rest = parameter.get(10 + length..)?;
    let name = rest.get(1..1 + usize::from(u8_at(rest, 0)?)).filter(|name| !name.is_empty())?;
    let at = SERVICES.iter().position(|(known, _)| known.as_bytes() == name);
    let (known, operation) =
        at.and_then(|at| SERVICES.get(at)).copied().unwrap_or(("Other service", Operation::MethodCall));
    let mut said = Said::new(operation);
    said.subfunction = Function { code: at.and_then(|at| u32::try_from(at).ok()), name: Some(known) };
    if at.is_none() {
        said.details.text("service", &printable(name));
    }
    if name == PROGRAM && argument == COLD {
        said.operation = Operation::RestartCold;
    }
    let blocks = blocks(argument);
    match (known, blocks.is_empty()) {
        ("_INSE" | "_INS2" | "_DELE", false) => blocks.into_iter().for_each(|block| said.object("block", block.text)),
        _ if !argument.is_empty() => {
            said.details.text("argument", &printable(argument));
        }
        _ => {}
    }
    Some(said)
}

fn blocks(argument: &[u8]) -> Vec<Name> {
    let count = usize::from(u8_at(argument, 0).unwrap_or(0));
    argument.get(2..).unwrap_or_default().chunks_exact(8).take(count).filter_map(Name::read).collect()
}

/// The stop of the controller.
pub fn stop(parameter: &[u8]) -> Said {
    let mut said = Said::new(fc::job(fc::PLC_STOP).map_or(Operation::ModeStop, |(_, operation)| operation));
    let length = u8_at(parameter, 6).map_or(0, usize::from);
    if let Some(name) = parameter.get(7..7 + length).filter(|name| !name.is_empty()) {
        said.details.text("argument", &printable(name));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::dataset::Operation;

    fn service(argument: &[u8], name: &[u8]) -> super::Said {
        let head = [0x28, 0, 0, 0, 0, 0, 0, 0xfd, 0, u8::try_from(argument.len()).unwrap()];
        tell(&[&head[..], argument, &[u8::try_from(name.len()).unwrap()], name].concat()).unwrap()
    }

    #[test]
    fn services_are_told_apart_by_name_and_argument() {
        assert_eq!(service(b"", b"P_PROGRAM").operation, Operation::ModeRun);
        assert_eq!(service(b"C ", b"P_PROGRAM").operation, Operation::RestartCold);
        let deleted = service(b"\x02\x000A00001P0C00017B", b"_DELE");
        assert_eq!((deleted.operation, deleted.objects.len()), (Operation::ProgramDelete, 2));
        assert_eq!(deleted.objects[1].1, "FC17");
        assert_eq!(service(b"EP", b"_MODU").operation, Operation::ProgramEdit);
        assert_eq!(service(b"x", b"_N_NEVER").operation, Operation::MethodCall);
        assert!(tell(&[0x28, 0, 0, 0, 0, 0, 0, 0, 0, 52, 0]).is_none());
    }
}
