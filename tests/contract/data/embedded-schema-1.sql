BEGIN TRANSACTION;
CREATE TABLE alerts (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, thread TEXT NOT NULL,
    status TEXT NOT NULL, class TEXT NOT NULL, severity INTEGER NOT NULL, rule TEXT NOT NULL, rule_id TEXT NOT NULL,
    source_ip BLOB, destination_ip BLOB, drill INTEGER NOT NULL,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL,
    words TEXT NOT NULL, body TEXT NOT NULL
);
INSERT INTO "alerts" VALUES(1,'nm337t2hd2uexirhbp46l3bjru','feu5km4y7lkymf2izr23v436ai','closed','threat',3,'MB01','6f0f9c1e-0d0b-4a58-9a64-3d1a5b7f2c01',X'00000000000000000000FFFF0A090142',X'00000000000000000000FFFF0A09010B',0,1795477578318582000,1795477578321184000,7,'nm337t2hd2uexirhbp46l3bjru
mb01
6f0f9c1e-0d0b-4a58-9a64-3d1a5b7f2c01
analyze
modbus
unauthorised-command
10.9.1.66
10.9.1.11
1
t0855
t0848
iec62443-3-3:sr-2.1
iec62443-3-3:sr-1.2
gbt22239-2019-l3-ics:ics-ces-01
nist-sp800-82r3-overlay:ac-3
nerc-cip-insm:cip-015-1-r1.2
b8-27-eb-10-00-66
39806
unknown
control
00-0e-8c-10-00-11
502
plc1
controller
critical
process
holding:100
write single register
plc1 (10.9.1.11)','{"id":"nm337t2hd2uexirhbp46l3bjru","precedent":null,"sensor":"analyze","dedup":["10.9.1.66","10.9.1.11","1"],"count":7,"occurrences":2,"rule.name":"MB01","rule.id":"6f0f9c1e-0d0b-4a58-9a64-3d1a5b7f2c01","rule.version":"2645d20b5c7a","class":"threat","severity":"high","threat.technique.id":["T0855","T0848"],"controls":["iec62443-3-3:SR-2.1","iec62443-3-3:SR-1.2","gbt22239-2019-l3-ics:ICS-CES-01","nist-sp800-82r3-overlay:AC-3","nerc-cip-insm:CIP-015-1-R1.2"],"objects":["control","device"],"playbook":"unauthorised-command","lacking":[],"first_seen":"2026-11-23T23:46:18.318582000Z","last_seen":"2026-11-23T23:46:18.321184000Z","events":["kidcta5axd23gjymrcqo2xbliq","qe6h6kajh3c46atrwmcbz25s3y","xivfrzsxy63qjmcayz7aard4cq","mscxbteqxqmbnymjwtc3vi3rmy","wfe5y6qg5sgajtyrwu6ddud7iu","nqvr3udlu4a2s5bphajdtvuyyq","hhkoadigt3gllf6ah7w7zndb4y"],"packets":[{"capture":"unauthorised-write.pcap","first":62,"last":64},{"capture":"unauthorised-write.pcap","first":66,"last":67},{"capture":"unauthorised-write.pcap","first":68,"last":69},{"capture":"unauthorised-write.pcap","first":70,"last":71},{"capture":"unauthorised-write.pcap","first":72,"last":73},{"capture":"unauthorised-write.pcap","first":74,"last":75},{"capture":"unauthorised-write.pcap","first":76,"last":77}],"network.protocol":"modbus","source.mac":"B8-27-EB-10-00-66","source.ip":"10.9.1.66","source.port":39806,"source.asset":"10.9.1.66","source.roles":["unknown"],"source.zone":"control","destination.mac":"00-0E-8C-10-00-11","destination.ip":"10.9.1.11","destination.port":502,"destination.asset":"plc1","destination.roles":["controller"],"destination.zone":"control","destination.criticality":"critical","destination.owner":"process","parameters":{"ot.object.address":"holding:100","ot.unit":"1","ot.function.name":"Write Single Register","source":"10.9.1.66","destination":"plc1 (10.9.1.11)"},"explanation":{},"drill":false,"status":"closed","resolution":"false_positive","assignee":"li","incident":null,"etag":"2","history":[{"at":"2026-11-23T23:46:19.321184000Z","who":"li","what":"status","from":"new","to":"closed","reason":"test of the fixture"},{"at":"2026-11-23T23:46:19.321184000Z","who":"li","what":"resolution","from":null,"to":"false_positive","reason":"test of the fixture"},{"at":"2026-11-23T23:46:19.321184000Z","who":"li","what":"assignee","from":null,"to":"li","reason":"test of the fixture"}]}');
CREATE TABLE assets (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "assets" VALUES('00-0E-8C-10-00-11','{"key":"00-0E-8C-10-00-11","first_seen":"2026-11-23T23:46:15.817492000Z","last_seen":"2026-11-23T23:46:15.817492000Z","roles":["controller","server"],"segment":"analyze","attributes":{"address":[{"value":"10.9.1.11","confidence":1.0,"evidence":"arp","first_seen":"2026-11-23T23:46:15.817492000Z","last_seen":"2026-11-23T23:46:15.817492000Z","packets":[{"capture":"unauthorised-write.pcap","first":2,"last":2}]}],"mac":[{"value":"00-0E-8C-10-00-11","confidence":1.0,"evidence":"arp","first_seen":"2026-11-23T23:46:15.817492000Z","last_seen":"2026-11-23T23:46:15.817492000Z","packets":[{"capture":"unauthorised-write.pcap","first":2,"last":2}]}],"vendor":[{"value":"Siemens AG","confidence":0.3,"evidence":"oui","first_seen":"2026-11-23T23:46:15.817492000Z","last_seen":"2026-11-23T23:46:15.817492000Z","packets":[{"capture":"unauthorised-write.pcap","first":2,"last":2}]}]}}');
INSERT INTO "assets" VALUES('00-14-22-10-00-30','{"key":"00-14-22-10-00-30","first_seen":"2026-11-23T23:46:15.817449000Z","last_seen":"2026-11-23T23:46:15.817449000Z","roles":["hmi"],"segment":"analyze","attributes":{"address":[{"value":"10.9.1.30","confidence":1.0,"evidence":"arp","first_seen":"2026-11-23T23:46:15.817449000Z","last_seen":"2026-11-23T23:46:15.817449000Z","packets":[{"capture":"unauthorised-write.pcap","first":1,"last":1}]}],"mac":[{"value":"00-14-22-10-00-30","confidence":1.0,"evidence":"arp","first_seen":"2026-11-23T23:46:15.817449000Z","last_seen":"2026-11-23T23:46:15.817449000Z","packets":[{"capture":"unauthorised-write.pcap","first":1,"last":1}]}],"vendor":[{"value":"Dell Inc.","confidence":0.3,"evidence":"oui","first_seen":"2026-11-23T23:46:15.817449000Z","last_seen":"2026-11-23T23:46:15.817449000Z","packets":[{"capture":"unauthorised-write.pcap","first":1,"last":1}]}]}}');
INSERT INTO "assets" VALUES('B8-27-EB-10-00-66','{"key":"B8-27-EB-10-00-66","first_seen":"2026-11-23T23:46:18.317891000Z","last_seen":"2026-11-23T23:46:18.317891000Z","roles":[],"segment":"analyze","attributes":{"address":[{"value":"10.9.1.66","confidence":1.0,"evidence":"arp","first_seen":"2026-11-23T23:46:18.317891000Z","last_seen":"2026-11-23T23:46:18.317891000Z","packets":[{"capture":"unauthorised-write.pcap","first":57,"last":57}]}],"mac":[{"value":"B8-27-EB-10-00-66","confidence":1.0,"evidence":"arp","first_seen":"2026-11-23T23:46:18.317891000Z","last_seen":"2026-11-23T23:46:18.317891000Z","packets":[{"capture":"unauthorised-write.pcap","first":57,"last":57}]}],"vendor":[{"value":"Raspberry Pi Foundation","confidence":0.3,"evidence":"oui","first_seen":"2026-11-23T23:46:18.317891000Z","last_seen":"2026-11-23T23:46:18.317891000Z","packets":[{"capture":"unauthorised-write.pcap","first":57,"last":57}]}]}}');
CREATE TABLE dead_letters (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    path TEXT PRIMARY KEY, segment TEXT NOT NULL, dataset TEXT NOT NULL, sensor TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE meta (schema INTEGER NOT NULL);
INSERT INTO "meta" VALUES(1);
CREATE TABLE occurrences (
    id TEXT PRIMARY KEY, alert TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    count INTEGER NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "occurrences" VALUES('nm337t2hd2uexirhbp46l3bjru','nm337t2hd2uexirhbp46l3bjru',1795477578318582000,1795477578318582000,1,'{"id":"nm337t2hd2uexirhbp46l3bjru","sensor":"analyze","dedup":["10.9.1.66","10.9.1.11","1"],"minute":1795477560000000000,"part":0,"count":1,"rule.name":"MB01","rule.id":"6f0f9c1e-0d0b-4a58-9a64-3d1a5b7f2c01","rule.version":"2645d20b5c7a","class":"threat","severity":"high","threat.technique.id":["T0855","T0848"],"controls":["iec62443-3-3:SR-2.1","iec62443-3-3:SR-1.2","gbt22239-2019-l3-ics:ICS-CES-01","nist-sp800-82r3-overlay:AC-3","nerc-cip-insm:CIP-015-1-R1.2"],"objects":["control","device"],"playbook":"unauthorised-command","lacking":[],"first_seen":"2026-11-23T23:46:18.318582000Z","last_seen":"2026-11-23T23:46:18.318582000Z","events":["kidcta5axd23gjymrcqo2xbliq"],"packets":[{"capture":"unauthorised-write.pcap","first":62,"last":64}],"network.protocol":"modbus","source.mac":"B8-27-EB-10-00-66","source.ip":"10.9.1.66","source.port":39806,"source.asset":"10.9.1.66","source.roles":["unknown"],"source.zone":"control","destination.mac":"00-0E-8C-10-00-11","destination.ip":"10.9.1.11","destination.port":502,"destination.asset":"plc1","destination.roles":["controller"],"destination.zone":"control","destination.criticality":"critical","destination.owner":"process","parameters":{"ot.object.address":"holding:100","ot.unit":"1","ot.function.name":"Write Single Register","source":"10.9.1.66","destination":"plc1 (10.9.1.11)"},"explanation":{},"drill":false}');
INSERT INTO "occurrences" VALUES('ya7i5hklpeznjpzrmuctm2bwa4','nm337t2hd2uexirhbp46l3bjru',1795477578319115000,1795477578321184000,6,'{"id":"ya7i5hklpeznjpzrmuctm2bwa4","sensor":"analyze","dedup":["10.9.1.66","10.9.1.11","1"],"minute":1795477560000000000,"part":1,"count":6,"rule.name":"MB01","rule.id":"6f0f9c1e-0d0b-4a58-9a64-3d1a5b7f2c01","rule.version":"2645d20b5c7a","class":"threat","severity":"high","threat.technique.id":["T0855","T0848"],"controls":["iec62443-3-3:SR-2.1","iec62443-3-3:SR-1.2","gbt22239-2019-l3-ics:ICS-CES-01","nist-sp800-82r3-overlay:AC-3","nerc-cip-insm:CIP-015-1-R1.2"],"objects":["control","device"],"playbook":"unauthorised-command","lacking":[],"first_seen":"2026-11-23T23:46:18.319115000Z","last_seen":"2026-11-23T23:46:18.321184000Z","events":["qe6h6kajh3c46atrwmcbz25s3y","xivfrzsxy63qjmcayz7aard4cq","mscxbteqxqmbnymjwtc3vi3rmy","wfe5y6qg5sgajtyrwu6ddud7iu","nqvr3udlu4a2s5bphajdtvuyyq","hhkoadigt3gllf6ah7w7zndb4y"],"packets":[{"capture":"unauthorised-write.pcap","first":66,"last":67},{"capture":"unauthorised-write.pcap","first":68,"last":69},{"capture":"unauthorised-write.pcap","first":70,"last":71},{"capture":"unauthorised-write.pcap","first":72,"last":73},{"capture":"unauthorised-write.pcap","first":74,"last":75},{"capture":"unauthorised-write.pcap","first":76,"last":77}],"network.protocol":"modbus","source.mac":"B8-27-EB-10-00-66","source.ip":"10.9.1.66","source.port":39806,"source.asset":"10.9.1.66","source.roles":["unknown"],"source.zone":"control","destination.mac":"00-0E-8C-10-00-11","destination.ip":"10.9.1.11","destination.port":502,"destination.asset":"plc1","destination.roles":["controller"],"destination.zone":"control","destination.criticality":"critical","destination.owner":"process","parameters":{"ot.object.address":"holding:100","ot.unit":"1","ot.function.name":"Write Single Register","source":"10.9.1.66","destination":"plc1 (10.9.1.11)"},"explanation":{},"drill":false}');
CREATE TABLE pending (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE segments (
    id TEXT PRIMARY KEY, sensor TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    rows INTEGER NOT NULL, counters TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "segments" VALUES('stf2h3cpjnhgc7inq2g7ejj5lu','analyze',1795477575817449000,1795477580823007000,95,'{"delta.folded":23,"link.bytes":9451,"link.frames":125}');
CREATE INDEX files_by_time ON files (dataset, first);
CREATE INDEX occurrences_in_order ON occurrences (alert, first_seen, id);
CREATE INDEX occurrences_latest ON occurrences (alert, last_seen, id);
CREATE INDEX alerts_of_thread ON alerts (thread, serial);
CREATE INDEX alerts_by_last_seen ON alerts (last_seen, id);
CREATE INDEX alerts_by_first_seen ON alerts (first_seen, id);
CREATE INDEX alerts_by_severity ON alerts (severity, id);
CREATE INDEX alerts_by_count ON alerts (count, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('alerts',1);
COMMIT;
