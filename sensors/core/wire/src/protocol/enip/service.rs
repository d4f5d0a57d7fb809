//! Services by name and by what they do: common ones (CIP Networks Library Volume 1, Appendix A-3) and those of single
//! object classes. Services of Logix data are those of Rockwell publication 1756-PM020; what stands at `VENDOR` below was
//! seen in captures of engineering stations, and is not in any public text.

use crate::dataset::Operation;

pub const REPLY: u8 = 0x80;

pub const GET_ATTRIBUTES_ALL: u8 = 0x01;
pub const SET_ATTRIBUTES_ALL: u8 = 0x02;
pub const GET_ATTRIBUTE_LIST: u8 = 0x03;
pub const SET_ATTRIBUTE_LIST: u8 = 0x04;
pub const RESET: u8 = 0x05;
pub const START: u8 = 0x06;
pub const STOP: u8 = 0x07;
pub const CREATE: u8 = 0x08;
pub const DELETE: u8 = 0x09;
pub const MULTIPLE_SERVICE_PACKET: u8 = 0x0a;
pub const APPLY_ATTRIBUTES: u8 = 0x0d;
pub const GET_ATTRIBUTE_SINGLE: u8 = 0x0e;
pub const SET_ATTRIBUTE_SINGLE: u8 = 0x10;
pub const FIND_NEXT_OBJECT_INSTANCE: u8 = 0x11;
pub const NO_OPERATION: u8 = 0x17;
pub const GET_MEMBER: u8 = 0x18;
pub const SET_MEMBER: u8 = 0x19;
/// First code that belongs to the object class.
pub const CLASS_SPECIFIC: u8 = 0x4b;
pub const EXECUTE_PCCC: u8 = 0x4b;
pub const READ_TAG: u8 = 0x4c;
pub const WRITE_TAG: u8 = 0x4d;
pub const READ_MODIFY_WRITE_TAG: u8 = 0x4e;
pub const READ_TAG_FRAGMENTED: u8 = 0x52;
pub const WRITE_TAG_FRAGMENTED: u8 = 0x53;
pub const GET_INSTANCE_ATTRIBUTE_LIST: u8 = 0x55;
pub const FORWARD_CLOSE: u8 = 0x4e;
pub const UNCONNECTED_SEND: u8 = 0x52;
pub const FORWARD_OPEN: u8 = 0x54;
pub const LARGE_FORWARD_OPEN: u8 = 0x5b;

pub const IDENTITY: u32 = 0x01;
pub const MESSAGE_ROUTER: u32 = 0x02;
pub const ASSEMBLY: u32 = 0x04;
pub const CONNECTION: u32 = 0x05;
pub const CONNECTION_MANAGER: u32 = 0x06;
pub const FILE: u32 = 0x37;
pub const TIME_SYNC: u32 = 0x43;
pub const DEVICE_LEVEL_RING: u32 = 0x47;
pub const QOS: u32 = 0x48;
pub const CIP_SECURITY: u32 = 0x5d;
pub const ETHERNET_IP_SECURITY: u32 = 0x5e;
pub const CERTIFICATE_MANAGEMENT: u32 = 0x5f;
pub const PCCC: u32 = 0x67;
pub const PROGRAM: u32 = 0x68;
pub const PROGRAM_DATA: u32 = 0x6a;
pub const SYMBOL: u32 = 0x6b;
pub const TEMPLATE: u32 = 0x6c;
pub const ROUTINE: u32 = 0x6d;
pub const TASK: u32 = 0x70;
/// Reading of controller memory at a byte address, as operator stations do it.
pub const MEMORY: u32 = 0x72;
/// Object inside 0x8E whose service 0x4C unlocks the controller.
pub const CONTROLLER_LOCK: u32 = 0x74;
pub const WALL_CLOCK_TIME: u32 = 0x8b;
pub const CONTROLLER: u32 = 0x8e;
pub const NON_VOLATILE_STORAGE: u32 = 0xa1;
pub const CONTROLLER_CHANGES: u32 = 0xac;
/// Lists of tags that an operator station has the controller gather.
pub const TAG_LIST: u32 = 0xb2;
pub const PORT: u32 = 0xf4;
pub const TCP_IP_INTERFACE: u32 = 0xf5;
pub const ETHERNET_LINK: u32 = 0xf6;

const fn common(code: u8) -> Option<&'static str> {
    Some(match code {
        GET_ATTRIBUTES_ALL => "Get_Attributes_All",
        SET_ATTRIBUTES_ALL => "Set_Attributes_All",
        GET_ATTRIBUTE_LIST => "Get_Attribute_List",
        SET_ATTRIBUTE_LIST => "Set_Attribute_List",
        RESET => "Reset",
        START => "Start",
        STOP => "Stop",
        CREATE => "Create",
        DELETE => "Delete",
        MULTIPLE_SERVICE_PACKET => "Multiple_Service_Packet",
        APPLY_ATTRIBUTES => "Apply_Attributes",
        GET_ATTRIBUTE_SINGLE => "Get_Attribute_Single",
        SET_ATTRIBUTE_SINGLE => "Set_Attribute_Single",
        FIND_NEXT_OBJECT_INSTANCE => "Find_Next_Object_Instance",
        0x14 => "Error_Response",
        0x15 => "Restore",
        0x16 => "Save",
        NO_OPERATION => "NOP",
        GET_MEMBER => "Get_Member",
        SET_MEMBER => "Set_Member",
        0x1a => "Insert_Member",
        0x1b => "Remove_Member",
        0x1c => "GroupSync",
        _ => return None,
    })
}

/// What the path of a request says of its service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Target {
    pub class: Option<u32>,
    pub symbolic: bool,
}

impl Target {
    /// A tag by its name, or by its symbol instance.
    pub fn is_tag(&self) -> bool {
        match self.class {
            None => self.symbolic,
            Some(class) => class == SYMBOL,
        }
    }
}

/// Name of a service on an object, and what it does.
pub fn service(code: u8, target: Target) -> (&'static str, Operation) {
    if let Some(name) = common(code) {
        return (name, common_operation(code, target));
    }
    if target.is_tag()
        && let Some(known) = tag(code)
    {
        return known;
    }
    target.class.and_then(|class| of_class(class, code)).unwrap_or_else(|| unnamed(code, target))
}

/// Services of Logix data (1756-PM020, "Logix Data Structures").
const fn tag(code: u8) -> Option<(&'static str, Operation)> {
    Some(match code {
        READ_TAG => ("Read_Tag", Operation::Read),
        WRITE_TAG => ("Write_Tag", Operation::Write),
        READ_MODIFY_WRITE_TAG => ("Read_Modify_Write_Tag", Operation::Write),
        READ_TAG_FRAGMENTED => ("Read_Tag_Fragmented", Operation::Read),
        WRITE_TAG_FRAGMENTED => ("Write_Tag_Fragmented", Operation::Write),
        GET_INSTANCE_ATTRIBUTE_LIST => ("Get_Instance_Attribute_List", Operation::Browse),
        _ => return None,
    })
}

fn of_class(class: u32, code: u8) -> Option<(&'static str, Operation)> {
    CLASS_SERVICES.iter().find(|(c, s, ..)| *c == class && *s == code).map(|(_, _, name, what)| (*name, *what))
}

/// Services of single classes.
const CLASS_SERVICES: &[(u32, u8, &str, Operation)] = &[
    (IDENTITY, 0x4b, "Flash_LEDs", Operation::IdentifyDevice),
    (CONNECTION_MANAGER, FORWARD_CLOSE, "Forward_Close", Operation::SessionClose),
    (CONNECTION_MANAGER, UNCONNECTED_SEND, "Unconnected_Send", Operation::Unknown),
    (CONNECTION_MANAGER, FORWARD_OPEN, "Forward_Open", Operation::SessionOpen),
    (CONNECTION_MANAGER, 0x56, "Get_Connection_Data", Operation::DiagnoseRead),
    (CONNECTION_MANAGER, 0x57, "Search_Connection_Data", Operation::DiagnoseRead),
    (CONNECTION_MANAGER, 0x59, "Get_Extended_Connection_Data", Operation::DiagnoseRead),
    (CONNECTION_MANAGER, 0x5a, "Get_Connection_Owner", Operation::DiagnoseRead),
    (CONNECTION_MANAGER, LARGE_FORWARD_OPEN, "Large_Forward_Open", Operation::SessionOpen),
    (FILE, 0x4b, "Initiate_Upload", Operation::FileRead),
    (FILE, 0x4c, "Initiate_Download", Operation::FileWrite),
    (FILE, 0x4d, "Initiate_Partial_Read", Operation::FileRead),
    (FILE, 0x4e, "Initiate_Partial_Write", Operation::FileWrite),
    (FILE, 0x4f, "Upload_Transfer", Operation::FileRead),
    (FILE, 0x50, "Download_Transfer", Operation::FileWrite),
    (FILE, 0x51, "Clear_File", Operation::FileDelete),
    (PCCC, EXECUTE_PCCC, "Execute_PCCC", Operation::Unknown),
    (PCCC, 0x4c, "Execute_DHPlus", Operation::Unknown),
    (TEMPLATE, READ_TAG, "Read_Template", Operation::Browse),
    (ETHERNET_LINK, 0x4c, "Get_and_Clear", Operation::DiagnoseClear),
    (ETHERNET_LINK, 0x4d, "Get_and_Clear", Operation::DiagnoseClear),
    // VENDOR
    (CONTROLLER_LOCK, 0x4c, "Unlock controller", Operation::SecurityUnlock),
    (MEMORY, READ_TAG, "Read memory", Operation::Read),
    (TAG_LIST, 0x4c, "Read tag list", Operation::Read),
    (TAG_LIST, 0x4e, "Add to tag list", Operation::SubscribeStart),
    (PROGRAM_DATA, 0x4b, "List instances", Operation::Browse),
    (PROGRAM_DATA, 0x4f, "Read program data", Operation::ProgramUpload),
    (ROUTINE, 0x4b, "List instances", Operation::Browse),
    (ROUTINE, 0x4c, "Read routine", Operation::ProgramUpload),
    (PROGRAM, 0x4b, "List instances", Operation::Browse),
    (SYMBOL, 0x4b, "List instances", Operation::Browse),
    (TEMPLATE, 0x4b, "List instances", Operation::Browse),
    (TASK, 0x4b, "List instances", Operation::Browse),
    (NON_VOLATILE_STORAGE, 0x4b, "Begin firmware update", Operation::FirmwareUpdate),
    (NON_VOLATILE_STORAGE, 0x4c, "Continue firmware update", Operation::FirmwareUpdate),
    (NON_VOLATILE_STORAGE, 0x4d, "Transfer firmware", Operation::FirmwareUpdate),
];

/// A class-specific or vendor service without a public name: what it does goes by the class.
const fn unnamed(code: u8, target: Target) -> (&'static str, Operation) {
    let name = match code {
        0x00 => "Service 0 (not valid)",
        0x01..=0x31 => "Reserved service",
        0x32..=0x4a => "Vendor-specific service",
        0x4b..=0x63 => "Class-specific service",
        _ => "Reserved service",
    };
    let vendor = matches!(code, 0x32..=0x63);
    let what = match target.class {
        Some(NON_VOLATILE_STORAGE) if vendor => Operation::FirmwareUpdate,
        Some(PROGRAM | PROGRAM_DATA | SYMBOL | TEMPLATE | ROUTINE | TASK) if vendor => Operation::ProgramDownload,
        Some(CONTROLLER_LOCK) if vendor => Operation::ConfigureAccess,
        Some(CIP_SECURITY | ETHERNET_IP_SECURITY | CERTIFICATE_MANAGEMENT) if vendor => Operation::ConfigureAccess,
        Some(FILE) if vendor => Operation::FileWrite,
        Some(CONTROLLER) if vendor => Operation::ConfigureDevice,
        _ => Operation::Unknown,
    };
    (name, what)
}

/// What a common service does, by the class it is asked of.
const fn common_operation(code: u8, target: Target) -> Operation {
    let class = match target.class {
        Some(class) => class,
        None if target.symbolic => SYMBOL,
        None => 0,
    };
    match code {
        GET_ATTRIBUTES_ALL | GET_ATTRIBUTE_LIST | GET_ATTRIBUTE_SINGLE | GET_MEMBER => get(class),
        SET_ATTRIBUTES_ALL | SET_ATTRIBUTE_LIST | SET_ATTRIBUTE_SINGLE | SET_MEMBER => set(class),
        RESET => match class {
            IDENTITY => Operation::RestartCold,
            CONTROLLER => Operation::RestartWarm,
            CONNECTION | CONNECTION_MANAGER | PORT | TCP_IP_INTERFACE | ETHERNET_LINK => {
                Operation::RestartCommunication
            }
            _ => Operation::MethodCall,
        },
        START => Operation::ModeRun,
        STOP => Operation::ModeStop,
        CREATE => match class {
            PROGRAM | PROGRAM_DATA | SYMBOL | TEMPLATE | ROUTINE | TASK => Operation::ProgramEdit,
            TAG_LIST => Operation::SubscribeStart,
            FILE => Operation::FileWrite,
            CONNECTION => Operation::SessionOpen,
            _ => Operation::ConfigureDevice,
        },
        DELETE => match class {
            PROGRAM | PROGRAM_DATA | SYMBOL | TEMPLATE | ROUTINE | TASK => Operation::ProgramDelete,
            TAG_LIST => Operation::SubscribeStop,
            FILE => Operation::FileDelete,
            CONNECTION => Operation::SessionClose,
            _ => Operation::ConfigureDevice,
        },
        FIND_NEXT_OBJECT_INSTANCE => Operation::Browse,
        NO_OPERATION => Operation::SessionKeepalive,
        APPLY_ATTRIBUTES | 0x15 | 0x16 | 0x1a | 0x1b => Operation::ConfigureDevice,
        _ => Operation::Unknown,
    }
}

const fn get(class: u32) -> Operation {
    match class {
        IDENTITY => Operation::IdentifyDevice,
        MESSAGE_ROUTER => Operation::IdentifyServices,
        PORT | TCP_IP_INTERFACE => Operation::IdentifyNetwork,
        CONNECTION_MANAGER | ETHERNET_LINK => Operation::DiagnoseRead,
        WALL_CLOCK_TIME => Operation::TimeRead,
        SYMBOL | TEMPLATE => Operation::Browse,
        FILE => Operation::FileList,
        _ => Operation::Read,
    }
}

const fn set(class: u32) -> Operation {
    match class {
        ASSEMBLY | SYMBOL => Operation::Write,
        PORT | TCP_IP_INTERFACE | ETHERNET_LINK | QOS | DEVICE_LEVEL_RING => Operation::ConfigureNetwork,
        WALL_CLOCK_TIME | TIME_SYNC => Operation::TimeSet,
        IDENTITY | CONTROLLER | CONTROLLER_CHANGES => Operation::ConfigureDevice,
        CONNECTION | CONNECTION_MANAGER => Operation::ConfigureConnection,
        CIP_SECURITY | ETHERNET_IP_SECURITY | CERTIFICATE_MANAGEMENT | CONTROLLER_LOCK => Operation::ConfigureAccess,
        FILE => Operation::FileWrite,
        PROGRAM | PROGRAM_DATA | TEMPLATE | ROUTINE | TASK => Operation::ProgramEdit,
        _ => Operation::WriteParameter,
    }
}

/// Whether the data of such a service may hold a password or key.
pub const fn is_secret(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::SecurityLock
            | Operation::SecurityUnlock
            | Operation::SecurityPassword
            | Operation::SecurityKey
            | Operation::ConfigureAccess
    )
}

/// What a reset of the Identity object does by its type (Volume 1, 5A-2.4.1): power cycle, or defaults before it.
pub const fn identity_reset(kind: u8) -> Option<Operation> {
    match kind {
        0 => Some(Operation::RestartCold),
        1 | 2 => Some(Operation::RestartFactory),
        _ => None,
    }
}
