# Os erros do cliente em português. Em inglês, são do próprio cliente.

call = { $sentence } ({ $facts })
quoted = { $sentence }: «{ $message }»

fact-status = estado { $status }
fact-request = pedido { $id }
fact-outcome = { $outcome ->
    [not_sent] não enviado
    [rejected] recusado
    [accepted] aceite
   *[other] de resultado desconhecido
} após { $attempts ->
    [one] 1 tentativa
   *[other] { $attempts } tentativas
}

kind-unauthorized = a API não aceita a chave de API
kind-not_found = a API não encontrou o que foi pedido
kind-conflict = já existe na API
kind-validation = a API não aceita um dos valores
kind-invalid_request = a API não aceita o pedido
kind-insufficient_credits = a conta não tem créditos suficientes
kind-rate_limited = demasiados pedidos de uma vez
kind-server = o servidor da API falhou
kind-timeout = a API não respondeu a tempo
kind-connect = a ligação à API perdeu-se
kind-decode = não se compreende a resposta do servidor
kind-config = a configuração é inválida
kind-other = o pedido falhou

connect = não é possível ligar a { $peer }: { $reason }
lost = a ligação à API perdeu-se: { $reason }
peer-proxy = { $peer } através do proxy { $proxy }

code-ECONNREFUSED = a ligação foi recusada
code-ECONNRESET = a ligação foi interrompida
code-EPIPE = a ligação foi interrompida
code-ENOTFOUND = o nome do servidor não é conhecido
code-EAI_AGAIN = não é possível consultar o nome do servidor
code-ETIMEDOUT = não houve resposta a tempo
code-ENETUNREACH = não se consegue chegar à rede
code-EHOSTUNREACH = não se consegue chegar ao servidor
code-EPROTO = o TLS falhou
code-CERT_HAS_EXPIRED = o certificado do servidor expirou, ou o relógio desta máquina está errado
code-CERT_NOT_YET_VALID = o certificado do servidor ainda não é válido, ou o relógio desta máquina está errado
code-UNABLE_TO_GET_ISSUER_CERT_LOCALLY = o certificado do servidor é de uma autoridade desconhecida
code-ERR_TLS_CERT_ALTNAME_INVALID = o certificado não é válido para o nome do servidor

field = «{ $name }» { $reason }
variable = a variável de ambiente { $name } { $reason }
ledger-key = o registo de envios { $path } pertence a outra chave de API: se for uma chave da mesma conta, use --same-account
ledger-origin = o registo de envios { $path } pertence a { $origin }, e este comando usa { $current }: continue o envio com o mesmo servidor
reason-other = tem um valor inválido: «{ $reason }»
reason-required = é obrigatório, e não pode estar vazio
reason-empty = não pode estar vazio
reason-content = é obrigatório, se não houver um modelo
reason-number = tem de ser um número como +244912345678: um sinal de mais, o indicativo do país e o número
reason-https = tem de ser um URL que começa por https:// e tem um servidor
reason-events = tem de ter pelo menos um evento, ou * para todos
reason-url = tem de ser um URL válido, como https://api.zexa.ao/v1
reason-url-start = tem de começar por https://, como https://api.zexa.ao/v1, ou por http:// se o servidor for esta máquina
reason-url-plain = tem de começar por https://, porque http:// enviaria a chave de API sem cifra
reason-url-port = não pode ter a porta 0
reason-url-query = não pode ter parâmetros nem um fragmento
reason-url-user = não pode ter um nome de utilizador nem uma palavra-passe
reason-ascii = não pode ter espaços, mudanças de linha nem letras com acentos
reason-slash = tem de começar por uma só barra, como /messages
reason-path = não pode ter ?, #, barras invertidas nem caracteres de controlo: use --query para os parâmetros
reason-dots = não pode ter um segmento só com pontos
reason-long = não pode ter mais de 1024 bytes
