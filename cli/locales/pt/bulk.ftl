# Textos dos comandos que lêem ficheiros CSV.

table-error = { $file }: { $reason }
table-folder = isto é uma pasta, não um ficheiro
table-not-a-file = isto não é um ficheiro, mas um pipe ou um dispositivo: guarde primeiro as linhas num ficheiro, porque é lido mais do que uma vez
table-empty = o ficheiro está vazio
table-workbook = isto é um livro de uma folha de cálculo, e não um ficheiro CSV: abra-o e guarde-o como «CSV UTF-8»
table-not-csv = isto é um ficheiro do tipo { $kind }, e não um ficheiro CSV
table-encoding = a codificação «{ $name }» é desconhecida
table-no-header = o ficheiro não tem uma linha com os nomes das colunas
table-header-is-data = a primeira linha deve ter os nomes das colunas, como «nome» e «telefone», mas tem o valor «{ $value }»
table-row-too-large = a linha { $row } tem mais de { $size } MB: provavelmente faltam aspas a fechar um valor na coluna «{ $column }» ou antes dela
table-too-many-fields = a linha { $row } tem mais de { $maximum } colunas
table-unclosed-quote = faltam aspas a fechar o valor na linha { $row }, coluna «{ $column }»: o resto do ficheiro seria um só valor
table-no-column = não há nenhuma coluna «{ $name }»; as colunas são: { $columns }
table-no-placeholder = não há nenhuma coluna «{ $name }»: use o nome de uma coluna, ou --map { $map }=COLUNA; as colunas são: { $columns }
table-no-recipient = nenhuma coluna tem um nome como «{ $field }»: use --map { $field }=COLUNA; as colunas são: { $columns }
table-ambiguous = mais de uma coluna pode ser «{ $name }»: { $columns }; indique uma delas com --map { $map }=COLUNA
table-unused-mapping = --map { $field }=… não tem efeito: «{ $field }» não é um marcador do texto nem um campo conhecido

template-unclosed = falta {"}}"} ao marcador no carácter { $position } do texto; para o próprio {"{{"}, escreva {"\\{{"}
template-no-name = o marcador no carácter { $position } do texto não tem nome

row-problem = linha { $row }: { $reason }
row-column-problem = linha { $row }, coluna «{ $column }»: { $reason }

problem-extra-fields = a linha tem { $found } colunas, e o cabeçalho tem { $expected }: um valor que contém o separador deve estar entre aspas
problem-undecodable = o valor tem caracteres danificados: guarde o ficheiro outra vez como «CSV UTF-8», ou indique a sua codificação com --encoding
problem-nul = o valor tem um carácter NUL: o ficheiro está danificado
problem-empty = o valor está vazio
problem-empty-placeholder = o valor está vazio: «{ $placeholder }» no texto teria um substituto
problem-scientific = o Excel abreviou o número para «{ $value }», e os últimos algarismos perderam-se: peça a lista original, e formate a coluna como texto antes de a colar ou importar
problem-not-a-number = «{ $value }» não é um número de telefone
problem-several-numbers = «{ $value }» é mais do que um número de telefone: use uma linha para cada um
problem-invalid-number = «{ $value }» não é um número que exista em { $country }: falta, sobra ou está errado um algarismo, ou o país é outro
problem-unknown-country = «{ $value }» começa com um indicativo de país que não existe
problem-not-e164 = «{ $value }» não é um número como +244912345678
problem-not-an-address = «{ $value }» não é um endereço de correio electrónico
problem-bad-key = o valor não pode ser usado como chave: uma chave tem no máximo 255 bytes, não tem caracteres de controlo, e não começa por «default:»
problem-duplicate-key = a linha { $earlier } tem a mesma chave «{ $value }»
problem-landline = { $value } é o número de um telefone fixo ou de um serviço
problem-refused = a mensagem não pode ser enviada: { $reason }
problem-duplicate-recipient = a linha { $earlier } tem o mesmo destinatário { $value }


row-in-doubt = não se sabe se um envio anterior enviou a mensagem: veja «zexa bulk status»
row-in-progress = outro envio está a enviar a mensagem
row-key-reused = a chave já foi usada para outro destinatário ou texto, e por isso nada foi enviado para esta linha
row-duplicate = uma linha anterior tem o mesmo destinatário ou a mesma chave
row-rejected = a API recusou-a num envio anterior
row-stopped = não foi enviada, porque o envio parou
row-cancelled = cancelada
row-no-connection = sem ligação à API ({ $reason })
row-connection-lost = a ligação perdeu-se antes de a API responder ({ $reason })
row-timeout = a API não respondeu a tempo

stop-unauthorized = a chave de API foi recusada
stop-credits = a conta não tem créditos suficientes
stop-rate = a API pede uma espera demasiado longa
stop-limiter = não é possível usar o limitador
stop-ledger = não é possível usar o registo de envios
stop-connect = nenhuma ligação é possível
stop-unknown = de demasiadas mensagens seguidas não se sabe se foram enviadas
stop-rejections = as primeiras mensagens foram todas recusadas pelo mesmo motivo

value-delimiter = espera-se um carácter, como ; ou a palavra tab

delimiter-tab = tabulação
bulk-subject = --subject é só para correio electrónico
bulk-schedule-past = a hora de --schedule já passou
bulk-body-large = { $file }: o texto tem mais de 1 MB
bulk-file = { $file }: { $rows ->
    [one] uma linha
   *[other] { $rows } linhas
} ({ $encoding }, separador «{ $delimiter }», destinatários na coluna «{ $column }»)
bulk-messages = { $count ->
    [0] Nenhuma mensagem pode ser enviada.
    [one] Uma mensagem pode ser enviada.
   *[other] { $count } mensagens podem ser enviadas.
}
bulk-invalid = { $count ->
    [one] Uma linha é inválida e não é enviada:
   *[other] { $count } linhas são inválidas e não são enviadas:
}
bulk-repeated-skipped = { $count ->
    [one] Uma linha tem o destinatário de uma linha anterior, e não é enviada. Para enviar ambas, dê uma chave a cada linha com --key-column:
   *[other] { $count } linhas têm o destinatário de uma linha anterior, e não são enviadas. Para as enviar também, dê uma chave a cada linha com --key-column:
}
bulk-repeated-sent = { $count ->
    [one] Aviso: um destinatário recebe mais do que uma mensagem:
   *[other] Aviso: { $count } mensagens vão para destinatários que também recebem uma anterior:
}
bulk-more = … e mais { $count }. --json mostra tudo.
bulk-landlines = { $count ->
    [one] Aviso: um número é de um telefone fixo ou de um serviço, que normalmente não recebe SMS. A mensagem é enviada mesmo assim:
   *[other] Aviso: { $count } números são de telefones fixos ou de serviços, que normalmente não recebem SMS. As mensagens são enviadas mesmo assim:
}
bulk-other-placeholder = Aviso: o texto contém { $found }, que não é substituído. Para o valor da coluna, escreva { $right }.
bulk-segments-each = Segmentos: { $each } por mensagem, { $total } ao todo
bulk-segments = Segmentos: { $min } a { $max } por mensagem, { $total } ao todo
bulk-ucs2 = Aviso: { $count ->
    [one] uma mensagem precisa
   *[other] { $count } mensagens precisam
} de mais segmentos por causa do carácter { $character }, que limita um segmento a 70 caracteres em vez de 160.
bulk-cost = Custo: pelo menos { $cost ->
    [one] { $cost } crédito
   *[other] { $cost } créditos
}
bulk-cost-balance = Custo: pelo menos { $cost ->
    [one] { $cost } crédito
   *[other] { $cost } créditos
}; saldo: { $balance ->
    [one] { $balance } crédito
   *[other] { $balance } créditos
}
bulk-cost-unknown = Custo: pelo menos { $cost ->
    [one] { $cost } crédito
   *[other] { $cost } créditos
}; não se conhece o saldo: { $reason }
bulk-cost-undocumented = Custo: não está documentado para o canal { $channel }
bulk-abroad = Aviso: { $count ->
    [one] uma mensagem vai para outro país
   *[other] { $count } mensagens vão para outros países
}, por 2 a 5 créditos por segmento. O custo acima conta 2, e por isso pode ser maior.
bulk-schedule = As mensagens são enviadas a { $time }.
bulk-balance-low = Aviso: o saldo não chega para todas as mensagens.
bulk-first-messages = As primeiras mensagens:
bulk-first-message = linha { $row }, para { $to }: { $body }
bulk-campaign = Todos os destinatários recebem o mesmo texto. Se forem uma lista de contactos na Zexa, uma campanha envia-o com um só pedido: veja «zexa campaigns create --help».

sender-pending = Aviso: o Sender ID { $from } ainda não está aprovado para { $channel }. A API vai provavelmente recusar todas as mensagens.
sender-rejected = Aviso: o Sender ID { $from } não foi aprovado para { $channel }. A API vai provavelmente recusar todas as mensagens.
sender-missing = Aviso: a conta não tem nenhum Sender ID { $from } para { $channel }. A API vai provavelmente recusar todas as mensagens.
sender-other = Aviso: a conta não tem nenhum Sender ID { $from } para { $channel }. A API vai provavelmente recusar todas as mensagens. Sender IDs aprovados: { $approved }

bulk-nothing = nenhuma mensagem pode ser enviada
bulk-ask = Enviar { $count ->
    [one] uma mensagem
   *[other] { $count } mensagens
} de { $from }?
bulk-ask-at-most = Enviar no máximo { $count ->
    [one] uma mensagem
   *[other] { $count } mensagens
} de { $from }?
bulk-new-job = Não há registo em { $ledger }: este é um envio novo. As mensagens enviadas com outro registo não contam.
bulk-begun = O registo { $ledger } continua este envio: { $accepted } de { $total } mensagens foram aceites antes, faltam { $rest }.
bulk-ask-skipping = Enviar { $count ->
    [one] uma mensagem
   *[other] { $count } mensagens
} de { $from }, sem { $invalid ->
    [one] uma linha inválida
   *[other] { $invalid } linhas inválidas
}?
bulk-invalid-refused = { $count ->
    [one] uma linha é inválida: corrija-a
   *[other] { $count } linhas são inválidas: corrija-as
}, ou envie as outras com --skip-invalid; «zexa bulk check» mostra todos os problemas
bulk-foreign-ledger = { $ledger } regista mensagens de outro programa: escolha outro ficheiro com --ledger
bulk-other-file = { $file } mudou desde que foi enviado. Para continuar esse envio, reponha o ficheiro e use «zexa bulk resume { $job }». Ponha as linhas novas ou corrigidas num ficheiro à parte.
bulk-other-job = { $ledger } pertence a outro envio: o ficheiro, o texto, o remetente ou outro argumento era diferente. Para continuar esse envio, use «zexa bulk resume { $job }». Para começar um novo, escolha outro ficheiro com --ledger: { $sent ->
    [0] nenhuma mensagem do outro envio foi enviada.
   *[other] os destinatários do outro envio recebem então também esta mensagem.
}
bulk-no-ledger = o registo de envios { $ledger } não existe: nada foi enviado com ele, ou o ficheiro foi movido
bulk-no-job = { $ledger } não tem nenhum envio deste programa
bulk-newer-job = o envio em { $ledger } foi escrito por uma versão mais recente deste programa: actualize-o

bulk-resume = { $file }: { $accepted } de { $total } mensagens foram aceites antes.
bulk-text = Texto: { $body }
bulk-rest = Custo do resto: cerca de { $cost ->
    [one] { $cost } crédito
   *[other] { $cost } créditos
}
bulk-rest-balance = Custo do resto: cerca de { $cost ->
    [one] { $cost } crédito
   *[other] { $cost } créditos
}; saldo: { $balance ->
    [one] { $balance } crédito
   *[other] { $balance } créditos
}

bulk-progress = { $done } de { $total } · { $rate }/s
bulk-progress-left = { " " }· faltam { $time }
bulk-progress-wait = { " " }· o servidor pede uma espera de { $time }
bulk-progress-rejected = { " " }· { $count } recusadas
bulk-progress-doubt = { " " }· { $count } em dúvida
bulk-interrupted = { $count ->
    [0] Interrompido.
    [one] Interrompido: à espera de uma linha em curso. Prima Ctrl-C outra vez para a cancelar.
   *[other] Interrompido: à espera de { $count } linhas em curso. Prima Ctrl-C outra vez para as cancelar.
}
bulk-late = o tempo de --max-duration passou
bulk-changed = as linhas { $first } a { $last } de { $file } não são as que foram confirmadas
bulk-changed-header = os nomes das colunas, ou algo nas linhas até à { $last } de { $file }, não são os que foram confirmados
bulk-fewer = { $file } tem menos linhas do que as que foram confirmadas: { $found } em vez de { $confirmed }
bulk-appended = { $count ->
    [one] foi acrescentada uma linha no fim de { $file }
   *[other] foram acrescentadas { $count } linhas no fim de { $file }
}: as outras linhas são as que foram confirmadas
bulk-other-dialect = { $file } foi guardado com outro separador ou noutra codificação. Contém as linhas que foram confirmadas.
bulk-shorter = { $file } tem menos linhas do que as que foram confirmadas
bulk-stopped = O envio parou: { $reason }

bulk-accepted = { $count ->
    [0] Nenhuma mensagem foi aceite.
    [one] Uma mensagem foi aceite.
   *[other] { $count } mensagens foram aceites.
}
bulk-replayed = { $count ->
    [one] Uma delas tinha sido enviada antes.
   *[other] { $count } delas tinham sido enviadas antes.
}
bulk-rejected = { $count ->
    [one] Uma mensagem foi recusada.
   *[other] { $count } mensagens foram recusadas.
}
bulk-reason = Motivo da API ({ $count ->
    [one] uma mensagem
   *[other] { $count } mensagens
}): { $reason }
bulk-not-sent = { $count ->
    [one] Uma mensagem não pôde ser enviada agora.
   *[other] { $count } mensagens não puderam ser enviadas agora.
}
bulk-in-doubt = { $count ->
    [one] Uma mensagem está em dúvida: não se sabe se foi enviada.
   *[other] { $count } mensagens estão em dúvida: não se sabe se foram enviadas.
}
bulk-invalid-rows = { $count ->
    [one] Uma linha é inválida e não foi enviada.
   *[other] { $count } linhas são inválidas e não foram enviadas.
}
bulk-repeated-rows = { $count ->
    [one] Uma linha tem o destinatário de uma linha anterior, e não foi enviada.
   *[other] { $count } linhas têm o destinatário de uma linha anterior, e não foram enviadas.
}
bulk-not-recorded = { $count ->
    [one] Um destes resultados não está guardado no registo: o da linha { $rows }.
   *[other] { $count } destes resultados não estão guardados no registo: os das linhas { $rows }.
}
bulk-left = { $count ->
    [one] Falta enviar uma mensagem.
   *[other] Falta enviar { $count } mensagens.
}
bulk-report = Relatório: { $file }
bulk-advice-doubt = «zexa bulk status { $job }» mostra as mensagens em dúvida, e o que fazer com elas.
bulk-advice-not-recorded = Os resultados que não estão guardados são verdadeiros, e estão no relatório com «recorded» = false, mas no registo as suas linhas estão em dúvida. Se o disco estiver cheio ou o registo tiver sido movido, corrija isso primeiro. Depois resolva cada uma como está no relatório: «zexa bulk settle { $job } CHAVE sent ID» se foi aceite, e «zexa bulk settle { $job } CHAVE not-sent» se foi recusada ou não foi enviada.
bulk-trial = Isto foi um ensaio numa sandbox: nada foi realmente enviado, e nada foi guardado num registo. Sem --sandbox, o mesmo comando envia as mensagens.
bulk-trial-resume = uma sandbox não tem envios para continuar: «bulk resume» só funciona sem --sandbox
bulk-advice-rejected = Depois de resolver a causa, «zexa bulk resume { $job } --rejected» envia outra vez as mensagens recusadas, com o mesmo texto e o mesmo remetente. Para outro texto ou remetente, ponha essas linhas num ficheiro à parte.
bulk-advice-resume = Envie o resto com «zexa bulk resume { $job }».
bulk-advice-changed = Reponha o ficheiro e continue com «zexa bulk resume». Ponha as linhas novas ou corrigidas num ficheiro à parte.
report-in-use = o relatório { $file } está a ser escrito por outro comando: espere por ele, ou escolha outro ficheiro com --report
report-is-source = { $file } não pode ser o relatório: substituiria um ficheiro que é preciso

field-file = Ficheiro
status-schedule = Agendada para
status-messages = Mensagens
status-accepted = Aceites
status-rejected = Recusadas
status-doubt = Em dúvida
status-claimed = Em envio
status-left = Por enviar
status-doubts = { $count ->
    [one] Não se sabe se esta mensagem foi enviada:
   *[other] Não se sabe se estas mensagens foram enviadas:
}
status-no-file = As linhas e os destinatários não são conhecidos, porque não é possível ler o ficheiro: { $reason }
status-changed-file = { $file } mudou desde o envio, e por isso os números de algumas linhas não são conhecidos. O relatório de «bulk send» tem o destinatário de cada chave.
status-advice-ask = { $count ->
    [one] Não é enviada outra vez enquanto não decidir. Pergunte ao destinatário se a mensagem chegou, ou pergunte ao apoio da Zexa com o id do pedido ou a hora. Depois indique a resposta:
   *[other] Não são enviadas outra vez enquanto não decidir. Pergunte aos destinatários se as mensagens chegaram, ou pergunte ao apoio da Zexa com os ids dos pedidos ou as horas. Depois indique as respostas:
}
status-advice-sent = foi enviada: «zexa bulk settle { $job } { $row } sent»
status-advice-not-sent = não foi enviada, e «bulk resume» deve enviá-la: «zexa bulk settle { $job } { $row } not-sent»
status-advice-all = a mesma resposta para todas: «zexa bulk settle { $job } --all sent», ou «--all not-sent»

doubt-row = linha { $row }, para { $to }
doubt-to = chave { $key }, para { $to }
doubt-row-alone = linha { $row }
doubt-key = chave { $key }
doubt-no-answer = { $name }: iniciada a { $time }, sem resposta registada
doubt-status = { $name }: iniciada a { $time }, com a resposta de estado { $status }, que não diz se foi enviada
doubt-request = ; id do pedido { $request }
doubt-also-key = ; chave { $key }

settle-nothing = Nenhuma linha está em dúvida.
settle-no-answer = espera-se «not-sent», ou «sent» com o id da mensagem se for conhecido, depois das chaves das linhas
settle-which = indique as linhas pelas suas chaves ou com --row, ou resolva todas com --all
settle-one-id = um id pertence a uma só mensagem: resolva a sua linha sozinha
settle-no-file = não é possível encontrar as linhas, porque não é possível ler o ficheiro: { $reason }; use as chaves que «zexa bulk status» mostra
settle-not-in-doubt = nada foi resolvido, porque isto não está em dúvida: { $names }; veja «zexa bulk status»
settle-no-terminal = sem terminal, --all precisa de --yes
settle-ask-sent = { $count ->
    [one] Esta mensagem conta como enviada?
   *[other] Estas { $count } mensagens contam como enviadas?
} Nunca mais serão enviadas.
settle-ask-not-sent = { $count ->
    [one] Esta mensagem conta como não enviada?
   *[other] Estas { $count } mensagens contam como não enviadas?
} Depois, «bulk resume» envia o que falta: quem já recebeu a mensagem recebe-a duas vezes.
settle-unchanged = Nada foi resolvido.
export-is-needed = o extracto não pode substituir { $file }, que é o ficheiro com as linhas ou um registo de envios: escolha outro caminho com --output
export-done = { $count ->
    [one] Uma linha foi escrita em { $file }.
   *[other] { $count } linhas foram escritas em { $file }.
}
pruned = { $count ->
    [one] De uma linha aceite antes de { $before } só resta a chave.
   *[other] De { $count } linhas aceites antes de { $before } só restam as chaves.
}
settled-sent = { $name }: conta como enviada.
settled-not-sent = { $name }: conta como não enviada. «zexa bulk resume» envia-a.

import-more = … e mais { $count }. O relatório tem tudo.
import-added = { $count ->
    [0] Nenhum contacto foi adicionado.
    [one] Um contacto foi adicionado.
   *[other] { $count } contactos foram adicionados.
}
import-existing = { $count ->
    [0] Nenhum contacto existia antes.
    [one] Um contacto já existia.
   *[other] { $count } contactos já existiam.
}
import-valid = { $count ->
    [one] Um contacto pode ser adicionado. Nada foi adicionado.
   *[other] { $count } contactos podem ser adicionados. Nada foi adicionado.
}
import-failed = { $count ->
    [one] Um contacto foi recusado ou não foi adicionado.
   *[other] { $count } contactos foram recusados ou não foram adicionados.
}
import-unknown = { $count ->
    [one] Não se sabe se um contacto foi adicionado. Importe o ficheiro outra vez: os contactos que existem são apenas contados.
   *[other] Não se sabe se { $count } contactos foram adicionados. Importe o ficheiro outra vez: os contactos que existem são apenas contados.
}
import-invalid = { $count ->
    [one] Uma linha é inválida.
   *[other] { $count } linhas são inválidas.
}
import-repeated = { $count ->
    [one] Uma linha tem o número de telefone de uma linha anterior.
   *[other] { $count } linhas têm o número de telefone de uma linha anterior.
}
