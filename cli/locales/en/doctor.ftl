# Texts of `zexa doctor`.

doctor-configuration = Configuration
doctor-configuration-advice = Correct the environment variable or the profile.

doctor-key = API key
doctor-key-stdin = from stdin
doctor-key-environment = from ZEXA_API_KEY
doctor-key-profile = from the profile `{ $name }`
doctor-key-sandbox = of the sandbox
doctor-key-accepted = { $source }, accepted by the API
doctor-key-rejected = { $source }, not accepted by the API
doctor-key-unchecked = { $source }; not checked

doctor-proxy = Proxy
doctor-proxy-none = none is used for { $host }
doctor-proxy-used = { $url } (from { $variable })

doctor-network = Network
doctor-network-ok = connected to { $peer } ({ $address })
doctor-network-failed = cannot connect to { $peer }: { $reason }
doctor-network-silent = connected, but there was no response: { $reason }
doctor-advice-proxy-name = Check the connection to the Internet, and whether the name { $host } in { $variable } is right.
doctor-advice-proxy-connection = Check the connection to the Internet, and whether { $variable } is right and the proxy runs.
doctor-advice-name = Check the connection to the Internet, and whether the DNS server knows { $host }.
doctor-advice-connection = Check the connection to the Internet, and whether a firewall blocks the connection. If your network has a proxy, set HTTPS_PROXY.
doctor-advice-proxy = Ask the operator of the proxy to permit the connection, or correct { $variable }.

doctor-tls = TLS
doctor-tls-none = not used, because the base URL starts with http://
doctor-tls-untested = not checked
doctor-tls-ok = the certificate is trusted
doctor-tls-issuer = issued by { $issuer }
doctor-advice-expired = Check the clock of this machine. If it is right, the server has an expired certificate: report it to the operator.
doctor-advice-protocol = Check that the base URL has the right port. A firewall or a proxy may also break TLS.
doctor-advice-certificate = If a proxy or an antivirus program on your network inspects TLS, ask its operator for the certificate of its authority, and set SSL_CERT_FILE to that file.

doctor-clock = Clock
doctor-clock-ok = right
doctor-clock-slow = { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
} behind that of the server
doctor-clock-fast = { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
} ahead of that of the server
doctor-clock-unknown = not checked, because no response with a date has arrived
doctor-advice-clock = Set the clock of this machine, or enable its synchronisation (NTP).

doctor-api = API
doctor-api-ok = responds
doctor-api-failed = the response is not as expected: { $reason }
doctor-unreached = not checked, because the API cannot be reached
doctor-unchecked = not checked
doctor-advice-api = Check the base URL. If this network has a login page, open it in a browser first.

doctor-sender-ids = Sender IDs
doctor-sender-ids-unchecked = not checked
doctor-sender-ids-ok = approved: { $names }
doctor-sender-ids-none = the account has none
doctor-sender-ids-pending = none of { $count } is approved
doctor-advice-register = Register a Sender ID in the Zexa dashboard: messages are sent from one.
doctor-advice-approval = Wait for the approval of a Sender ID, or register another one. `zexa sender-ids` shows them.
