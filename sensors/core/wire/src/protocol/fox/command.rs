//! Channels and commands, with what they do. Names are those on the wire.

use crate::dataset::Operation;
use Operation as Op;

/// One command of a channel; the channel of a component space goes by the name of the space, here `broker`.
pub struct Command {
    channel: &'static str,
    command: &'static str,
    pub name: &'static str,
    pub operation: Operation,
}

macro_rules! commands {
    ($($channel:literal { $($command:literal $operation:expr,)* })*) => {
        &[$($(Command {
            channel: $channel,
            command: $command,
            name: concat!($channel, ".", $command),
            operation: $operation,
        },)*)*]
    };
}

#[rustfmt::skip]
static COMMANDS: &[Command] = commands! {
    "fox" {
        "hello" Op::SessionOpen, "busy" Op::SessionOpen, "redirect" Op::SessionOpen, "close" Op::SessionClose,
        "keepalive" Op::SessionKeepalive, "ping" Op::DiagnoseEcho,
        "kerberos" Op::SecurityLogin, "username" Op::SecurityLogin, "login" Op::SecurityLogin,
        "challenge" Op::SecurityLogin, "clientKeyExchangeMethod" Op::SecurityLogin,
        "authMessage1" Op::SecurityLogin, "authMessage2" Op::SecurityLogin,
        "welcome" Op::SecurityLogin, "rejected" Op::SecurityLogin, "retry" Op::SecurityLogin,
    }
    "circuit" { "open" Op::Unknown, "stream" Op::Unknown, "close" Op::Unknown, }
    "sys" {
        "summary" Op::IdentifyDevice, "stationCall" Op::MethodCall, "niagaraRpc" Op::MethodCall,
        "stationEvent" Op::Notify, "navEvent" Op::Notify, "listLocalSpaces" Op::Browse,
        "makeBrokerChannel" Op::Browse, "subNavEvents" Op::SubscribeStart, "unsubNavEvents" Op::SubscribeStop,
    }
    "user" {
        "fetchPrefs" Op::Read, "setAuthenticator" Op::SecurityPassword,
        "resetSessionTimeout" Op::SessionKeepalive, "getSessionTimeRemaining" Op::Read,
    }
    "spy" { "get" Op::DiagnoseRead, }
    "file" {
        "head" Op::FileList, "list" Op::FileList, "getCrc" Op::FileList, "read" Op::FileRead, "write" Op::FileWrite,
        "makeFile" Op::FileWrite, "makeDir" Op::FileWrite, "move" Op::FileWrite, "transfer" Op::FileWrite,
        "setLastModified" Op::FileWrite, "delete" Op::FileDelete,
    }
    "backup" { "backup" Op::ProgramUpload, "restore" Op::ProgramDownload, }
    "point" {
        "sub" Op::SubscribeStart, "unsub" Op::SubscribeStop, "change" Op::Publish, "getActionDefault" Op::Read,
        "invoke" Op::ControlDirect, "write" Op::Write, "fetchRemoteTags" Op::Browse, "discover" Op::Browse,
        "discoverSlots" Op::Browse, "discoverFiles" Op::Browse, "discoverPartialSlots" Op::Browse,
    }
    "broker" {
        "loadRoot" Op::Browse, "load" Op::Browse, "loadSlot" Op::Browse, "loadType" Op::Browse,
        "loadModule" Op::Browse, "checkTypes" Op::Browse, "getRemoteModuleVersion" Op::IdentifyDevice,
        "sub" Op::SubscribeStart, "unsub" Op::SubscribeStop, "unloadVirtualBroker" Op::SubscribeStop,
        "touch" Op::Read, "generateHandles" Op::Read, "httpConn" Op::Read,
        "handleToPath" Op::NameResolve, "serviceToPath" Op::NameResolve,
        "invoke" Op::ControlDirect, "rpc" Op::MethodCall, "transfer" Op::ConfigureDevice,
        "transferCircuit" Op::ConfigureDevice, "copy" Op::ConfigureDevice, "delete" Op::ConfigureDevice,
        "syncToMaster" Op::ConfigureDevice, "syncFromMaster" Op::Read,
    }
};

/// What a command of a channel is.
pub fn of(channel: &str, command: &str) -> Option<&'static Command> {
    let named = COMMANDS.iter().any(|known| known.channel == channel);
    let channel = if named { channel } else { "broker" };
    COMMANDS.iter().find(|known| known.channel == channel && known.command == command)
}
