//! Status of faults and refusals (C706 appendix E; MS-RPCE 2.2.2.11; MS-ERREF 2.2).

/// A fault's name.
pub const fn fault(code: u32) -> &'static str {
    match code {
        0x0000_0005 => "access_denied",
        0x0000_06d1 => "rpc_s_procnum_out_of_range",
        0x0000_06f7 => "rpc_x_bad_stub_data",
        0x0000_0721 => "rpc_s_sec_pkg_error",
        0x1c00_0001 => "nca_s_fault_int_div_by_zero",
        0x1c00_0002 => "nca_s_fault_addr_error",
        0x1c00_000d => "nca_s_fault_cancel",
        0x1c00_001a => "nca_s_fault_context_mismatch",
        0x1c00_001c => "nca_s_fault_remote_no_memory",
        0x1c01_0002 => "nca_s_op_rng_error",
        0x1c01_0003 => "nca_s_unk_if",
        0x1c01_0006 => "nca_s_wrong_boot_time",
        0x1c01_0009 => "nca_s_you_crashed",
        0x1c01_000b => "nca_s_proto_error",
        0x1c01_0013 => "nca_s_out_args_too_big",
        0x1c01_0014 => "nca_s_server_too_busy",
        0x8001_0108 => "RPC_E_DISCONNECTED",
        0x8001_011b => "RPC_E_ACCESS_DENIED",
        0x8001_0109 => "RPC_E_RETRY",
        0x8001_0113 => "RPC_E_INVALID_IPID",
        0x8007_0005 => "E_ACCESSDENIED",
        _ => "fault",
    }
}

/// Whether a status refuses somebody what he may not.
pub const fn denies(code: u32) -> bool {
    matches!(code, 0x0000_0005 | 0x0000_0721 | 0x8001_011b | 0x8007_0005)
}

/// Why a bind is refused (C706 12.6.3.1, p_reject_reason_t; MS-RPCE 2.2.2.5).
pub const fn refusal(reason: u16) -> &'static str {
    match reason {
        1 => "temporary_congestion",
        2 => "local_limit_exceeded",
        4 => "protocol_version_not_supported",
        8 => "authentication_type_not_recognized",
        9 => "invalid_checksum",
        _ => "reason_not_specified",
    }
}

/// Why a context is rejected (C706 12.6.3.1, p_provider_reason_t).
pub const fn rejection(reason: u16) -> &'static str {
    match reason {
        1 => "abstract_syntax_not_supported",
        2 => "proposed_transfer_syntaxes_not_supported",
        3 => "local_limit_exceeded",
        _ => "reason_not_specified",
    }
}
