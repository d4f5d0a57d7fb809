//! Functions of requests, and what each does where its object does not decide.

use crate::dataset::Operation;
use crate::protocol::Function;

pub const ERROR: u16 = 0x04b1;
pub const EXPLORE: u16 = 0x04bb;
pub const CREATE_OBJECT: u16 = 0x04ca;
pub const DELETE_OBJECT: u16 = 0x04d4;
pub const SET_VARIABLE: u16 = 0x04f2;
pub const GET_VARIABLE: u16 = 0x04fc;
pub const GET_LINK: u16 = 0x0524;
pub const SET_MULTI_VARIABLES: u16 = 0x0542;
pub const GET_MULTI_VARIABLES: u16 = 0x054c;
pub const BEGIN_SEQUENCE: u16 = 0x0556;
pub const INVOKE: u16 = 0x056b;
pub const SET_VAR_SUBSTREAMED: u16 = 0x057c;
pub const GET_VAR_SUBSTREAMED: u16 = 0x0586;
pub const INIT_SSL: u16 = 0x05b3;

const FUNCTIONS: [(u16, &str, Operation); 21] = [
    (ERROR, "Error", Operation::Unknown),
    (EXPLORE, "Explore", Operation::Browse),
    (CREATE_OBJECT, "CreateObject", Operation::ConfigureDevice),
    (DELETE_OBJECT, "DeleteObject", Operation::Unknown),
    (SET_VARIABLE, "SetVariable", Operation::ConfigureDevice),
    (GET_VARIABLE, "GetVariable", Operation::Read),
    (0x0506, "AddLink", Operation::ConfigureDevice),
    (0x051a, "RemoveLink", Operation::ConfigureDevice),
    (GET_LINK, "GetLink", Operation::Browse),
    (0x052e, "Notify", Operation::Notify),
    (SET_MULTI_VARIABLES, "SetMultiVariables", Operation::ConfigureDevice),
    (GET_MULTI_VARIABLES, "GetMultiVariables", Operation::Read),
    (BEGIN_SEQUENCE, "BeginSequence", Operation::ConfigureDevice),
    (0x0560, "EndSequence", Operation::ConfigureDevice),
    (INVOKE, "Invoke", Operation::MethodCall),
    (SET_VAR_SUBSTREAMED, "SetVarSubStreamed", Operation::ConfigureDevice),
    (GET_VAR_SUBSTREAMED, "GetVarSubStreamed", Operation::Read),
    (0x0590, "GetVariablesAddress", Operation::Browse),
    (0x059a, "Abort", Operation::Unknown),
    (0x05a9, "Error2", Operation::Unknown),
    (INIT_SSL, "InitSsl", Operation::SessionOpen),
];

fn find(code: u16) -> Option<&'static (u16, &'static str, Operation)> {
    let at = FUNCTIONS.binary_search_by_key(&code, |(code, _, _)| *code).ok()?;
    FUNCTIONS.get(at)
}

pub fn known(code: u16) -> bool {
    find(code).is_some()
}

pub fn function(code: u16) -> Function {
    Function { code: Some(u32::from(code)), name: find(code).map(|(_, name, _)| *name) }
}

pub fn operation(code: u16) -> Operation {
    find(code).map_or(Operation::Unknown, |(_, _, operation)| *operation)
}

/// Methods with fixed ids: loading a device, updating its runtime.
pub const fn method(id: u32) -> Option<(&'static str, Operation)> {
    Some(match id {
        1387 => ("ResolveAddressRemote", Operation::Browse),
        18_827 => ("RuntimeUpdateService.BeginRuntimeUpdate", Operation::FirmwareUpdate),
        18_829 => ("RuntimeUpdateService.FinishRuntimeUpdate", Operation::FirmwareUpdate),
        18_878 => ("RuntimeUpdateService.UninstallAddon", Operation::FirmwareUpdate),
        15_000_009 => ("DownloadService.PreFullDownload", Operation::ProgramDownload),
        15_000_011 => ("DownloadService.PostFullDownload", Operation::ProgramDownload),
        15_000_013 => ("DownloadService.CheckFullDownload", Operation::ProgramDownload),
        15_000_016 => ("DownloadService.ActivateDownload", Operation::ProgramDownload),
        15_000_019 => ("DownloadService.AbortFullDownload", Operation::ProgramDownload),
        _ => return None,
    })
}
