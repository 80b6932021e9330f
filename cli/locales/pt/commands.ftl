# Textos de comandos específicos.

field-id = Id
field-to = Para
field-from = De
field-channel = Canal
field-body = Texto
field-created = Criada
field-scheduled = Agendada
field-sent = Enviada
field-delivered = Entregue
field-error = Motivo

credits = { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}

message-status = O estado da mensagem é { $status }.
recipient-invalid = «{ $to }» não é um destinatário válido: { $reason }
recipient-normalised = Destinatário: { $number } (a partir de «{ $to }»)

field-sender-id = Sender ID
field-status = Estado
field-use-case = Finalidade
field-url = URL
field-events = Eventos
field-secret = Segredo

login-prompt = Chave de API:{" "}
login-checking = A verificar a chave…
login-done = A chave foi guardada no perfil «{ $name }» ({ $path }). Saldo: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}.
login-empty = a chave de API está vazia
login-no-terminal = sem terminal, passe a chave com --api-key-stdin
login-sandbox = --sandbox não tem nenhuma chave para guardar

segments-gsm7 = { $count ->
    [one] 1 segmento
   *[other] { $count } segmentos
} (GSM-7, { $size } caracteres cada)
segments-ucs2 = { $count ->
    [one] 1 segmento
   *[other] { $count } segmentos
} (UCS-2, { $size } caracteres cada): «{ $character }» não existe em GSM-7
