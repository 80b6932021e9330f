# Textos de «zexa doctor».

doctor-configuration = Configuração
doctor-configuration-advice = Corrija a variável de ambiente ou o perfil.

doctor-key = Chave de API
doctor-key-stdin = do stdin
doctor-key-environment = de ZEXA_API_KEY
doctor-key-profile = do perfil «{ $name }»
doctor-key-sandbox = da sandbox
doctor-key-accepted = { $source }, aceite pela API
doctor-key-rejected = { $source }, não aceite pela API
doctor-key-unchecked = { $source }; não verificada

doctor-proxy = Proxy
doctor-proxy-none = nenhum é usado para { $host }
doctor-proxy-used = { $url } (de { $variable })

doctor-network = Rede
doctor-network-ok = ligado a { $peer } ({ $address })
doctor-network-failed = não é possível ligar a { $peer }: { $reason }
doctor-network-silent = ligado, mas não houve resposta: { $reason }
doctor-advice-proxy-name = Verifique a ligação à Internet, e se o nome { $host } em { $variable } está certo.
doctor-advice-proxy-connection = Verifique a ligação à Internet, e se { $variable } está certa e o proxy em execução.
doctor-advice-name = Verifique a ligação à Internet, e se o servidor de DNS conhece { $host }.
doctor-advice-connection = Verifique a ligação à Internet, e se uma firewall bloqueia a ligação. Se a sua rede tem um proxy, defina HTTPS_PROXY.
doctor-advice-proxy = Peça ao operador do proxy que permita a ligação, ou corrija { $variable }.

doctor-tls = TLS
doctor-tls-none = não usado, porque o URL de base começa por http://
doctor-tls-untested = não verificado
doctor-tls-ok = o certificado é de confiança
doctor-tls-issuer = emitido por { $issuer }
doctor-advice-expired = Verifique o relógio desta máquina. Se estiver certo, o certificado do servidor expirou: informe o operador.
doctor-advice-protocol = Verifique se o URL de base tem a porta certa. Uma firewall ou um proxy também podem perturbar o TLS.
doctor-advice-certificate = Se um proxy ou um antivírus da sua rede inspecciona o TLS, peça ao seu operador o certificado da autoridade e defina SSL_CERT_FILE com esse ficheiro.

doctor-clock = Relógio
doctor-clock-ok = certo
doctor-clock-slow = atrasado { $seconds ->
    [one] um segundo
   *[other] { $seconds } segundos
} em relação ao do servidor
doctor-clock-fast = adiantado { $seconds ->
    [one] um segundo
   *[other] { $seconds } segundos
} em relação ao do servidor
doctor-clock-unknown = não verificado, porque não chegou nenhuma resposta com data
doctor-advice-clock = Acerte o relógio desta máquina, ou active a sua sincronização (NTP).

doctor-api = API
doctor-api-ok = responde
doctor-api-failed = a resposta não é a esperada: { $reason }
doctor-unreached = não verificada, porque não se consegue chegar à API
doctor-unchecked = não verificada
doctor-advice-api = Verifique o URL de base. Se esta rede tiver uma página de entrada, abra-a primeiro num navegador.

doctor-sender-ids = Sender IDs
doctor-sender-ids-unchecked = não verificados
doctor-sender-ids-ok = aprovados: { $names }
doctor-sender-ids-none = a conta não tem nenhum
doctor-sender-ids-pending = nenhum de { $count } está aprovado
doctor-advice-register = Registe um Sender ID no painel da Zexa: as mensagens são enviadas a partir de um.
doctor-advice-approval = Espere pela aprovação de um Sender ID, ou registe outro. «zexa sender-ids» mostra-os.
