"""CIP in other sensors' logs: what a service does, in the words of our vocabulary.

Source: ODVA CIP Networks Library volume 1, appendix A and chapter 5; as far as code and class tell, since logs do not
hold the data. Names are those of our own parser (`sensors/core/wire/src/protocol/enip`).
"""

from __future__ import annotations

SERVICES = {
    0x01: ("Get_Attributes_All", "read"),
    0x03: ("Get_Attribute_List", "read"),
    0x04: ("Set_Attribute_List", "write"),
    0x05: ("Reset", "restart.warm"),
    0x06: ("Start", "mode.run"),
    0x07: ("Stop", "mode.stop"),
    0x08: ("Create", "configure.device"),
    0x09: ("Delete", "configure.device"),
    0x0E: ("Get_Attribute_Single", "read"),
    0x10: ("Set_Attribute_Single", "write"),
    0x11: ("Find_Next_Object_Instance", "browse"),
    0x4C: ("Read_Tag", "read"),
    0x4D: ("Write_Tag", "write"),
    0x4E: ("Read_Modify_Write_Tag", "write"),
    0x52: ("Read_Tag_Fragmented", "read"),
    0x53: ("Write_Tag_Fragmented", "write"),
    0x55: ("Get_Instance_Attribute_List", "browse"),
}
"""Of a class that has no own meaning for them."""
TAGS = 0x4C
"""From here on services of Logix controllers, which name a tag instead of a class."""
IDENTITY, MANAGER, FILE, FIRMWARE, PROGRAM, ROUTINE, CLOCK = 0x01, 0x06, 0x37, 0xA1, 0x6A, 0x6D, 0x8B
NETWORK = {0xF5: "TCP/IP Interface", 0xF6: "Ethernet Link"}
OF_CLASS = {
    (IDENTITY, 0x01): ("Get_Attributes_All", "identify.device"),
    (IDENTITY, 0x03): ("Get_Attribute_List", "identify.device"),
    (IDENTITY, 0x0E): ("Get_Attribute_Single", "identify.device"),
    (IDENTITY, 0x10): ("Set_Attribute_Single", "configure.device"),
    (MANAGER, 0x54): ("Forward_Open", "session.open"),
    (MANAGER, 0x5B): ("Large_Forward_Open", "session.open"),
    (MANAGER, 0x4E): ("Forward_Close", "session.close"),
    (FILE, 0x4B): ("Initiate_Upload", "file.read"),
    (FILE, 0x4F): ("Upload_Transfer", "file.read"),
    (FILE, 0x4C): ("Initiate_Download", "file.write"),
    (FILE, 0x50): ("Download_Transfer", "file.write"),
    (FIRMWARE, 0x4B): ("Begin firmware update", "firmware.update"),
    (FIRMWARE, 0x4D): ("Transfer firmware", "firmware.update"),
    (PROGRAM, 0x08): ("Create", "program.edit"),
    (PROGRAM, 0x09): ("Delete", "program.delete"),
    (ROUTINE, 0x08): ("Create", "program.edit"),
    (ROUTINE, 0x09): ("Delete", "program.delete"),
    (CLOCK, 0x03): ("Get_Attribute_List", "time.read"),
    (CLOCK, 0x04): ("Set_Attribute_List", "time.set"),
}
COMMANDS = {
    0x04: ("ListServices", "identify.services"),
    0x63: ("ListIdentity", "identify.device"),
    0x64: ("ListInterfaces", "identify.network"),
    0x65: ("RegisterSession", "session.open"),
    0x66: ("UnRegisterSession", "session.close"),
}
"""Of the encapsulation, beside those that carry CIP."""


def service(code: int, cip_class: int | None) -> tuple[str, str]:
    """Name and operation of a service on a class."""
    if cip_class in NETWORK and code in (0x04, 0x10):
        return SERVICES[code][0], "configure.network"
    known = OF_CLASS.get((cip_class, code)) if cip_class is not None else None
    return known or SERVICES.get(code) or ("Class-specific service", "unknown")


def path(cip_class: int | None, instance: int | None, attribute: int | None) -> str | None:
    """The address of an object, as `class:0x6B/1/8`."""
    if cip_class is None:
        return None
    return "/".join([f"class:0x{cip_class:02X}", *(str(each) for each in (instance, attribute) if each is not None)])
