import java.util.concurrent.Executors;
import org.jinterop.dcom.common.JISystem;
import org.jinterop.dcom.core.JIString;
import org.jinterop.dcom.core.JIVariant;
import org.openscada.opc.lib.common.ConnectionInformation;
import org.openscada.opc.lib.da.Group;
import org.openscada.opc.lib.da.Item;
import org.openscada.opc.lib.da.Server;
import org.openscada.opc.lib.da.WriteRequest;

/** A client of OPC Data Access with OpenSCADA Utgard: `java -cp "build/plant-jars/*" opc_utgard.java ADDRESS USER PASSWORD`. */
class Utgard {
    public static void main(String[] words) throws Exception {
        JISystem.setAutoRegisteration(false);
        var told = new ConnectionInformation();
        told.setHost(words[0]);
        told.setDomain("MARSH");
        told.setUser(words[1]);
        told.setPassword(words[2]);
        told.setClsid("f8582cf2-88fb-11d0-b850-00c0f0104305");
        var server = new Server(told, Executors.newSingleThreadScheduledExecutor());
        try {
            server.connect();
            server.getServerState();
            Group group = server.addGroup("Trend");
            Item level = group.addItem("Tank.Level"), pump = group.addItem("Tank.Pump"), count = group.addItem("Tank.Count");
            Item recipe = group.addItem("Tank.Recipe");
            group.read(false, level, pump, count, recipe);
            level.read(true);
            level.write(new JIVariant(71.25));
            group.write(new WriteRequest(pump, new JIVariant(false)), new WriteRequest(count, new JIVariant(18)));
            recipe.write(new JIVariant(new JIString("rinsing")));
            group.read(false, level, pump, count, recipe);
            group.remove();
        } catch (Exception wrong) {
            wrong.printStackTrace();
        }
        System.exit(0);
    }
}
