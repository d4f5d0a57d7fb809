//! What differs between the companion standards that carry these data units: 101 over FT1.2, 104 over TCP.

use crate::dataset::Flag;

/// One companion standard: the words under which it tells what is odd.
#[derive(Debug)]
pub struct Companion {
    pub type_unknown: Flag,
    pub object_count: Flag,
    pub length_mismatch: Flag,
    pub sequence_form: Flag,
    pub cause_illegal: Flag,
    pub common_address: Flag,
    pub ioa_zero: Flag,
    pub ioa_not_zero: Flag,
    pub direction: Flag,
    pub time_illegal: Flag,
    pub mirror_differs: Flag,
    pub execute_differs: Flag,
    pub checksum: Flag,
    pub file_length: Flag,
    /// Evidence of the role and of the common addresses of an outstation.
    pub monitor_direction: &'static str,
    pub address_of_unit: &'static str,
}

/// IEC 60870-5-104.
pub static TCP: Companion = Companion {
    type_unknown: Flag::Iec104TypeUnknown,
    object_count: Flag::Iec104ObjectCount,
    length_mismatch: Flag::Iec104LengthMismatch,
    sequence_form: Flag::Iec104SequenceForm,
    cause_illegal: Flag::Iec104CauseIllegal,
    common_address: Flag::Iec104CommonAddress,
    ioa_zero: Flag::Iec104IoaZero,
    ioa_not_zero: Flag::Iec104IoaNotZero,
    direction: Flag::Iec104Direction,
    time_illegal: Flag::Iec104TimeIllegal,
    mirror_differs: Flag::Iec104MirrorDiffers,
    execute_differs: Flag::Iec104ExecuteDiffers,
    checksum: Flag::Iec104Checksum,
    file_length: Flag::Iec104FileLength,
    monitor_direction: "iec104 monitor direction",
    address_of_unit: "iec104 common address of ASDU",
};

/// IEC 60870-5-101.
pub static SERIAL: Companion = Companion {
    type_unknown: Flag::Iec101TypeUnknown,
    object_count: Flag::Iec101ObjectCount,
    length_mismatch: Flag::Iec101LengthMismatch,
    sequence_form: Flag::Iec101SequenceForm,
    cause_illegal: Flag::Iec101CauseIllegal,
    common_address: Flag::Iec101CommonAddress,
    ioa_zero: Flag::Iec101IoaZero,
    ioa_not_zero: Flag::Iec101IoaNotZero,
    direction: Flag::Iec101Direction,
    time_illegal: Flag::Iec101TimeIllegal,
    mirror_differs: Flag::Iec101MirrorDiffers,
    execute_differs: Flag::Iec101ExecuteDiffers,
    checksum: Flag::Iec101FileChecksum,
    file_length: Flag::Iec101FileLength,
    monitor_direction: "iec101 monitor direction",
    address_of_unit: "iec101 common address of ASDU",
};
